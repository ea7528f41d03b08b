/** Debian packages that a browser needs: itself, and letters to show. Apart from what uses it, which set-up need not load. */
export const browserPackages = ['chromium', 'fonts-liberation']
