/** Where doctor finds out whether the console answers. It needs no sign-in and says nothing else. */
export const alivePath = '/console/alive';
