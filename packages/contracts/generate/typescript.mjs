// A JSON Schema as a TypeScript type, as far as the contracts use JSON Schema; and api/types.ts, every schema of the
// HTTP contract as a type.
import { document } from "./openapi.mjs";

const kPrimitive = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

/** The type expression of a schema; objects are written out with their members, indented by `depth`. */
export function typeOf(schema, depth = 0) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.properties) return objectType(schema, depth);
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return alternatives.map((part) => typeOf(part, depth)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, depth)).join(" | ");
  if (schema.type === "array") {
    const items = typeOf(schema.items, depth);
    return items.includes(" | ") && !items.startsWith("{") ? `(${items})[]` : `${items}[]`;
  }
  if (schema.type === "object") {
    const values = schema.additionalProperties;
    return values && typeof values === "object" ? `Record<string, ${typeOf(values, depth)}>` : "Record<string, unknown>";
  }
  const primitive = kPrimitive[schema.type];
  if (!primitive) throw new Error(`no TypeScript for ${JSON.stringify(schema)}`);
  return primitive;
}

function objectType(schema, depth) {
  const indent = "  ".repeat(depth + 1);
  const members = Object.entries(schema.properties).map(([name, member]) => {
    const doc = member.description ? `${indent}/** ${member.description} */\n` : "";
    return `${doc}${indent}${name}${(schema.required ?? []).includes(name) ? "" : "?"}: ${typeOf(member, depth + 1)};`;
  });
  return `{\n${members.join("\n")}\n${"  ".repeat(depth)}}`;
}

function declaration([name, schema]) {
  const doc = schema.description ? `/** ${schema.description} */\n` : "";
  const type = typeOf(schema);
  return schema.properties ? `${doc}export interface ${name} ${type}` : `${doc}export type ${name} = ${type};`;
}

export function generate() {
  const schemas = Object.entries(document().components.schemas);
  return {
    "packages/contracts/api/types.ts": `// Generated from packages/contracts/api/source by script/contracts. Do not edit.
//
// What travels in requests and answers, member for member as on the wire. Answers may have further members and values of
// enumerations: ignore what you don't know.

${schemas.map(declaration).join("\n\n")}
`,
  };
}
