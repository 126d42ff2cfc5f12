// assay: mode=stdin expect=runtime_error
fn main() { std::net::TcpListener::bind("127.0.0.1:0").unwrap(); println!("5"); }
