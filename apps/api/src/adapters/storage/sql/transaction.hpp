#pragma once
// ports::Tx over one connection: all the stores, for the length of one closure. Used by SqlStore alone.
#include "adapters/storage/sql/stores/accounts.hpp"
#include "adapters/storage/sql/stores/attempts.hpp"
#include "adapters/storage/sql/stores/audit_log.hpp"
#include "adapters/storage/sql/stores/challenges.hpp"
#include "adapters/storage/sql/stores/data_keys.hpp"
#include "adapters/storage/sql/stores/devices.hpp"
#include "adapters/storage/sql/stores/factors.hpp"
#include "adapters/storage/sql/stores/invalidations.hpp"
#include "adapters/storage/sql/stores/machinery.hpp"
#include "adapters/storage/sql/stores/mails.hpp"
#include "adapters/storage/sql/stores/oauth_tickets.hpp"
#include "adapters/storage/sql/stores/outbox.hpp"
#include "adapters/storage/sql/stores/pending_sign_ups.hpp"
#include "adapters/storage/sql/stores/roles.hpp"
#include "adapters/storage/sql/stores/sealed_values.hpp"
#include "adapters/storage/sql/stores/services.hpp"
#include "adapters/storage/sql/stores/sessions.hpp"
#include "adapters/storage/sql/stores/sign_ins.hpp"
#include "adapters/storage/sql/stores/signing_keys.hpp"
#include "adapters/storage/sql/stores/throttle.hpp"
#include "adapters/storage/sql/stores/users.hpp"
#include "adapters/storage/sql/stores/verification_tokens.hpp"
#include "modules/identity/ports/store.hpp"

namespace gatehouse::adapters::sql {

class Transaction final : public ports::Tx {
 public:
  Transaction(Connection& connection, ports::DataCipher& cipher)
      : connection_(connection),
        users_(connection),
        accounts_(connection),
        sessions_(connection),
        invalidations_(connection),
        verification_tokens_(connection),
        pending_sign_ups_(connection),
        oauth_tickets_(connection),
        factors_(connection),
        challenges_(connection),
        devices_(connection),
        roles_(connection),
        attempts_(connection),
        throttle_(connection),
        sign_ins_(connection, throttle_),
        audit_(connection, cipher),
        outbox_(connection, cipher),
        mails_(connection, cipher),
        signing_keys_(connection),
        data_keys_(connection),
        sealed_values_(connection),
        services_(connection),
        machinery_(connection) {}

  ports::Users& users() override { return users_; }
  ports::Accounts& accounts() override { return accounts_; }
  ports::Sessions& sessions() override { return sessions_; }
  ports::Invalidations& invalidations() override { return invalidations_; }
  ports::VerificationTokens& verification_tokens() override { return verification_tokens_; }
  ports::PendingSignUps& pending_sign_ups() override { return pending_sign_ups_; }
  ports::OAuthTickets& oauth_tickets() override { return oauth_tickets_; }
  ports::Factors& factors() override { return factors_; }
  ports::Challenges& challenges() override { return challenges_; }
  ports::Devices& devices() override { return devices_; }
  ports::RoleAssignments& roles() override { return roles_; }
  ports::LoginAttempts& attempts() override { return attempts_; }
  ports::SignIns& sign_ins() override { return sign_ins_; }
  ports::ThrottleCounters& throttle() override { return throttle_; }
  ports::AuditLog& audit() override { return audit_; }
  ports::Outbox& outbox() override { return outbox_; }
  ports::Mails& mails() override { return mails_; }
  ports::SigningKeys& signing_keys() override { return signing_keys_; }
  ports::DataKeys& data_keys() override { return data_keys_; }
  ports::SealedValues& sealed_values() override { return sealed_values_; }
  ports::Services& services() override { return services_; }
  ports::Machinery& machinery() override { return machinery_; }

  void leave_durability_to_the_next() override { connection_.leave_durability_to_the_next(); }

 private:
  Connection& connection_;
  SqlUsers users_;
  SqlAccounts accounts_;
  SqlSessions sessions_;
  SqlInvalidations invalidations_;
  SqlVerificationTokens verification_tokens_;
  SqlPendingSignUps pending_sign_ups_;
  SqlOAuthTickets oauth_tickets_;
  SqlFactors factors_;
  SqlChallenges challenges_;
  SqlDevices devices_;
  SqlRoleAssignments roles_;
  SqlLoginAttempts attempts_;
  SqlThrottleCounters throttle_;
  SqlSignIns sign_ins_;
  SqlAuditLog audit_;
  SqlOutbox outbox_;
  SqlMails mails_;
  SqlSigningKeys signing_keys_;
  SqlDataKeys data_keys_;
  SqlSealedValues sealed_values_;
  SqlServices services_;
  SqlMachinery machinery_;
};

}  // namespace gatehouse::adapters::sql
