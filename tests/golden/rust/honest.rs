// assay: mode=stdin expect=passed
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let numbers: Vec<i64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let sum = std::thread::spawn(move || numbers.iter().sum::<i64>()).join().unwrap();
    println!("{sum}");
}
