// Seccomp allow-lists, built once as BPF so that installing one costs a single system call.
//
//   Filters filters = build_filters();       // needs descriptors: before the limits
//   install(filters.worker);                 // the loop that forks and waits
//   install(filters.compile);                // the child, while libtcc reads the program
//   install(filters.run);                    // the child, while the program runs: exit_group only
#pragma once

#include <linux/filter.h>
#include <vector>

namespace gradus::jail {

using Filter = std::vector<sock_filter>;

struct Filters {
  Filter worker, compile, run;
};

// Throws an int, the errno, where libseccomp or the kernel refuses.
Filters build_filters();

// Returns 0 or an errno. A filter stays for the life of the process and adds to those before it.
int install(const Filter& filter);

}  // namespace gradus::jail
