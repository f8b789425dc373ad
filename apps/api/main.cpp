#include "cli/command_line.hpp"
#include "composition/host.hpp"

int main(int argc, char** argv) {
  gatehouse::composition::ProgramHost host;
  return gatehouse::cli::run(argc, argv, host);
}
