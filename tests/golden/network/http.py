# assay: mode=stdin expect=runtime_error
# Fetches a page of this computer.
import urllib.request

print(urllib.request.urlopen("http://127.0.0.1:80/", timeout=1).read())
