/** Doctor asks this path whether the console answers. The path needs no sign-in and reveals nothing else. */
export const alivePath = '/console/alive';
