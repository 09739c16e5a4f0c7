#pragma once

#include <cstdio>
#include <cstdlib>

/// An invariant, with the reason why it holds. Never for input: a broken invariant ends the process
/// rather than go on with wrong data.
#define ENGINE_ASSERT(condition, reason)                                                   \
    do {                                                                                   \
        if (!(condition)) [[unlikely]] {                                                   \
            std::fprintf(stderr, "%s:%d: invariant broken: %s (%s)\n", __FILE__, __LINE__, \
                         #condition, reason);                                              \
            std::abort();                                                                  \
        }                                                                                  \
    } while (false)
