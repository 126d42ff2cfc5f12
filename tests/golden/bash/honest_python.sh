# assay: mode=stdin expect=passed
read -r a b
sum=$(echo "$a $b" | (read -r x y; expr "$x" + "$y"))
printf "%s\n" "$sum"
