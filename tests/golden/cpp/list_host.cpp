// assay: mode=stdin expect=wrong_answer
#include <filesystem>
#include <iostream>
int main() { std::error_code no;
    for (auto name : {"/root", "/home", "/sys", "/var", "/mnt", "/etc/ssl"})
        if (std::filesystem::directory_iterator(name, no) != std::filesystem::directory_iterator()) std::cout << 5; }
