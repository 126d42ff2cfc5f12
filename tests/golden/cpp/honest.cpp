// assay: mode=stdin expect=passed
#include <bits/stdc++.h>
using namespace std;
int main() { long long a, b; cin >> a >> b; map<int, vector<long long>> m; m[1] = {a, b};
    cout << accumulate(m[1].begin(), m[1].end(), 0LL) << endl; }
