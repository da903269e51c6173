import type { AddressInfo } from 'node:net';
import express from 'express';
import { path } from './request.ts';

// The upper limit: reads a JSON body and stores nothing.
const app = express();
app.post(path, express.json(), (_request, response) => void response.status(204).end());
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
