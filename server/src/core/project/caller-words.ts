/** What programs in other languages than English call who asks, and its session: alternatives of a pattern. */
export const FOREIGN_CALLER = 'usuari[oa]|usu\\u00e1rio|benutzer|nutzer|anwender|mitarbeiter|utilisateur|utente|gebruiker|uzytkownik|u\\u017cytkownik'
  + '|osoba|kullanici|korisnik|anvandare|bruker|bruger|kayttaja|konto|compte|cuenta|conta|sesion|sessao|sesja|sitzung|sessione';
