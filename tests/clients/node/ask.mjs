// Asks an endpoint through Comunica: node ask.mjs ENDPOINT TYPE FORM QUERY; prints JSON.
// TYPE is "sparql", or "" to let Comunica find out what the address is.
import { QueryEngine } from '@comunica/query-sparql';

const [endpoint, type, form, query] = process.argv.slice(2);
const sources = [type ? { type, value: endpoint } : endpoint];
const engine = new QueryEngine();

const forms = {
  async select() {
    const rows = await (await engine.queryBindings(query, { sources })).toArray();
    return rows.map((row) => Object.fromEntries([...row].map(([name, term]) => [name.value, plain(term)])));
  },
  async ask() {
    return engine.queryBoolean(query, { sources });
  },
  async construct() {
    const quads = await (await engine.queryQuads(query, { sources })).toArray();
    return quads.map((quad) => [quad.subject, quad.predicate, quad.object].map((term) => plain(term).value));
  },
};

function plain(term) {
  const { termType: kind, value, language, datatype } = term;
  return kind === 'Literal' ? { kind, value, language, datatype: datatype.value } : { kind, value };
}

try {
  console.log(JSON.stringify(await forms[form]()));
} catch (error) {
  console.log(JSON.stringify({ error: String(error.message ?? error) }));
}
