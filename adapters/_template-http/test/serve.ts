import { startStandIn, token } from './stand-in.ts';

// Runs a small CRM for trying the adapter, until Ctrl+C: npx tsx --conditions=source
// adapters/_template-http/test/serve.ts
const standIn = await startStandIn();
const personId = standIn.addPerson('0491 570 006');
console.log(`TEMPLATE_URL=${standIn.url} TEMPLATE_TOKEN=${token}`);
console.log(`Person ${personId} has the number of the samples.`);
