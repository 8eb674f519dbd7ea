// How numbers are written for people.

export const shownNumber = (user) => '+' + String(user).replace(/[^0-9]/g, '');
