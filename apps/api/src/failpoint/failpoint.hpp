#pragma once
// GH_FAILPOINT(name): a named place where a test may end this process with SIGKILL, to see what a crash right there
// leaves behind. Used by the server, the workers and the storage adapters. Compiled only where GATEHOUSE_FAILPOINTS is
// defined (builds with tests); elsewhere it is nothing.
//
// Armed by the environment: GATEHOUSE_FAILPOINT=after-commit:3 dies at the third passing of that point, counted over
// all threads. A name that doesn't exist or a count below 1 ends the process at once with a word on stderr, so that no
// test waits for what can't come.
#ifdef GATEHOUSE_FAILPOINTS

#include <string_view>

namespace gatehouse::failpoint {

// name in the code, name in the environment
#define GH_FAILPOINTS(X)                                                                                       \
  X(before_commit, "before-commit")                 /* all is written or on its way, nothing is committed */   \
  X(after_commit, "after-commit")                   /* committed, and nobody knows yet */                      \
  X(before_reply, "before-reply")                   /* the request is done, its answer is not sent */          \
  X(while_sealing, "while-sealing")                 /* audit rows get their place, outbox rows not yet */      \
  X(while_migrating, "while-migrating")             /* the schema has changed, its ledger has not */           \
  X(while_restoring, "while-restoring")             /* the old database is put aside, the new one not there */ \
  X(after_publish, "after-publish")                 /* handed to the broker, not acknowledged */               \
  X(after_acknowledgement, "after-acknowledgement") /* the broker has it, the row doesn't know */              \
  X(after_mail, "after-mail")                       /* the provider has it, the row doesn't know */            \
  X(after_effect, "after-effect")                   /* a consumed event is carried out, not acknowledged */    \
  X(after_dead_letter, "after-dead-letter")         /* set aside, and the original is not acknowledged */

enum class Point {
#define GH_POINT(name, text) name,
  GH_FAILPOINTS(GH_POINT)
#undef GH_POINT
};

/// Ends the process where this point is armed and its count is reached. Thread-safe.
void pass(Point point);

}  // namespace gatehouse::failpoint

#define GH_FAILPOINT(name) ::gatehouse::failpoint::pass(::gatehouse::failpoint::Point::name)
#else
#define GH_FAILPOINT(name) static_cast<void>(0)
#endif
