#include "client/cli/commands.hpp"
#include "platform/loop.hpp"

int main(int argc, char** argv) {
    outrider::leave(outrider::cli::run_program({argv + 1, argv + argc}));
}
