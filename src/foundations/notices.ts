/** Takes one line that the user should know about: a fallback, a download, a warning. Printed to stderr. */
export type Notify = (message: string) => void;
