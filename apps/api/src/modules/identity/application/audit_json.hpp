#pragma once
// The wire form of an audit row: GET /v1/admin/audit and `gatehouse audit export`.
#include <boost/json/object.hpp>

#include "domain/identity/audit_entry.hpp"

namespace gatehouse::application {

/// The row without its personal part, as identity.audit.recorded carries it.
boost::json::object public_audit_json(const domain::AuditEntry& entry);
/// `AuditEntry` of the OpenAPI document: a sealed row; personal values are null once erased.
boost::json::object audit_json(const domain::AuditEntry& entry);

}  // namespace gatehouse::application
