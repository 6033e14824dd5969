// Another process of this program, spoken to in lines.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace howdah::bench {

class Child {
 public:
  Child(const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& environment);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void send(const std::string& line);
  // The rest of the next line that begins with this word and a space. The program ends when there
  // is none: the child says why on standard error.
  std::string expect(const std::string& word);

 private:
  pid_t pid_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

}  // namespace howdah::bench
