/** The version of the contract that this package describes: `MAJOR.MINOR`, independent of any package version. */
export const contractVersion = '1.0';
