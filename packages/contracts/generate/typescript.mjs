// A JSON Schema as a TypeScript type, as far as the contracts use JSON Schema.

const kPrimitive = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

/** The type expression of a schema; objects are written out with their members, indented by `depth`. */
export function typeOf(schema, depth = 0) {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, depth)).join(" | ");
  if (schema.type === "array") {
    const items = typeOf(schema.items, depth);
    return items.includes("|") ? `(${items})[]` : `${items}[]`;
  }
  if (schema.type === "object") return objectType(schema, depth);
  const primitive = kPrimitive[schema.type];
  if (!primitive) throw new Error(`no TypeScript for ${JSON.stringify(schema)}`);
  return primitive;
}

function objectType(schema, depth) {
  if (!schema.properties) return "Record<string, unknown>";
  const indent = "  ".repeat(depth + 1);
  const members = Object.entries(schema.properties).map(([name, member]) => {
    const doc = member.description ? `${indent}/** ${member.description} */\n` : "";
    return `${doc}${indent}${name}${(schema.required ?? []).includes(name) ? "" : "?"}: ${typeOf(member, depth + 1)};`;
  });
  return `{\n${members.join("\n")}\n${"  ".repeat(depth)}}`;
}
