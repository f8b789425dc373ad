#include "adapters/mail/mailbox/mailbox_provider.hpp"

#include <gtest/gtest.h>

namespace gatehouse::adapters::mail {
namespace {

TEST(MailboxProvider, accepts_every_message_under_its_own_id) {
  MailboxProvider mailbox;
  domain::MailMessage message;
  message.id = domain::MailId("m1");
  const auto delivery = mailbox.deliver(message);
  EXPECT_TRUE(delivery.accepted);
  EXPECT_EQ(delivery.provider_id, "mailbox:m1");
  EXPECT_TRUE(mailbox.check());
}

}  // namespace
}  // namespace gatehouse::adapters::mail
