#include "client/cli/commands.hpp"
#include "platform/loop.hpp"
#include "platform/secrecy.hpp"

int main(int argc, char** argv) {
    outrider::seal_memory();
    outrider::leave(outrider::cli::run_program({argv + 1, argv + argc}));
}
