export const startHelp = `Usage: npm start

Starts the receiver. It stores each push of Jet before it answers, and delivers each call to the destinations.

Settings come from the environment and from the file .env. The file .env.example explains each of them.
The first start makes the store, the credentials for Jet and a console password, and shows them once.
SIGTERM or Ctrl-C stops it: requests and deliveries in flight are finished first.

  npm run doctor            finds what is wrong, and names the remedy
  npx jet-receiver --help   lists all commands
`;
