# assay: mode=stdin expect=passed
read -r a b
echo $((a + b))
