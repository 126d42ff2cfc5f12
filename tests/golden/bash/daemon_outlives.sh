# assay: mode=stdin expect=passed
read -r a b
(setsid sleep 1000 >/dev/null 2>&1 </dev/null &)
echo $((a + b))
