#pragma once
// Secrets are in this process's memory: nobody is to find them in a file or look over its shoulder.

namespace outrider {

// From now on the process leaves no core, whatever becomes of it and whatever the machine does with
// cores, and only root may trace it or read its memory and environment.
void seal_memory();

}  // namespace outrider
