# Italian, with Lei. "All’account" before a name, since "a" becomes "ad" before some.

## What every mail may have

greeting = { $reader_known ->
    [yes] Buongiorno { $given_name },
   *[no] Buongiorno,
}
link_note = Il link è riservato a Lei e funziona fino alle { expire_time }.
link_help = Se il pulsante non funziona, copi questo indirizzo nel Suo browser{ colon }
guide = Primi passi
colon = :
expire_time = { $time } (UTC) di { weekday } { $day ->
    [1] 1º
   *[other] { $day }
} { month } { $year }
weekday = { $weekday ->
    [1] lunedì
    [2] martedì
    [3] mercoledì
    [4] giovedì
    [5] venerdì
    [6] sabato
   *[7] domenica
}
month = { $month ->
    [1] gennaio
    [2] febbraio
    [3] marzo
    [4] aprile
    [5] maggio
    [6] giugno
    [7] luglio
    [8] agosto
    [9] settembre
    [10] ottobre
    [11] novembre
   *[12] dicembre
}

## The mails

WELCOME = { $person_known ->
    [yes] { $person } La invita a unirsi all’account { $account }
   *[no] Il Suo invito a unirsi all’account { $account }
}
    .heading = Le diamo il benvenuto in { $account }
    .lead = { $person_known ->
        [yes] { $person } La invita a unirsi all’account { $account }.
       *[no] Ha ricevuto un invito a unirsi all’account { $account }.
    } Per iniziare, accetti l’invito e scelga la Sua password.
    .button = Accetta l’invito
    .products = I Suoi prodotti in { $account }
    .foot = Se non conosce { $account }, ignori questa e-mail: non succede nulla finché non accetta l’invito.

TRANSFER = { $person_known ->
    [yes] { $person } La invita a passare all’account { $account }
   *[no] Il Suo invito a passare all’account { $account }
}
    .heading = Passare all’account { $account }?
    .lead = { $person_known ->
        [yes] { $person } La invita a passare all’account { $account }.
       *[no] Ha ricevuto un invito a passare all’account { $account }.
    }
    .more = Il Suo indirizzo e-mail appartiene già a un altro account. Lei vi rimane, e non cambia nulla, finché non accetta l’invito. Se lo accetta, lascia quell’account, perde il ruolo e le licenze che vi aveva ed entra a far parte dell’account { $account }.
    .button = Mostra l’invito
    .products = I Suoi prodotti in { $account }
    .foot = Se non desidera cambiare account, ignori questa e-mail.

SIGN_UP = Completi la creazione dell’account { $account }
    .lead = Grazie per la registrazione. Confermi che questo indirizzo è Suo e scelga una password: l’account { $account } verrà quindi creato.
    .button = Crea l’account
    .foot = Se non ha effettuato Lei la registrazione, ignori questa e-mail: nessun account viene creato finché il link non viene usato.

SIGN_UP_KNOWN = Lei ha già un account
    .lead = Qualcuno, forse Lei, ha provato a registrarsi con questo indirizzo e-mail. L’indirizzo appartiene già all’account { $account }, perciò non ne è stato creato un altro.
    .more = Acceda con questo indirizzo e la Sua password. Se ha dimenticato la password, ne richieda una nuova nella pagina di accesso. Se ha ricevuto un invito e non ha ancora risposto, usi il link che contiene oppure chieda agli amministratori dell’account { $account } di inviarlo di nuovo.
    .foot = Se il tentativo non è Suo, non deve fare nulla: chi lo ha fatto non ha scoperto nulla su di Lei.

PASSWORD_RESET = Scelga una nuova password
    .lead = Qualcuno, forse Lei, ha richiesto una nuova password per il Suo accesso all’account { $account }.
    .button = Scelga una nuova password
    .foot = Se la richiesta non è Sua, ignori questa e-mail: la Sua password resta invariata.

PASSWORD_CHANGED = La Sua password è stata modificata
    .lead = La password del Suo accesso all’account { $account } è stata modificata e tutte le altre Sue sessioni sono state chiuse.
    .foot = Se la modifica non è Sua, richieda subito una nuova password nella pagina di accesso e avvisi gli amministratori dell’account { $account }.

TRANSFER_JOINED = { $person } è ora nell’account { $account }
    .lead = { $person } ha accettato l’invito a passare all’account { $account } e ora ne fa parte.
    .foot = Riceve questa e-mail perché amministra l’account { $account }.

TRANSFER_LEFT = { $person } ha lasciato l’account { $account }
    .lead = { $person } ha accettato l’invito di un altro account e non fa più parte dell’account { $account }. Le sue licenze sono di nuovo libere.
    .foot = Riceve questa e-mail perché amministra l’account { $account }.

BILLING_CONTACT_OFFERED = Vuole diventare il referente per la fatturazione dell’account { $account }?
    .lead = { $person } desidera affidarLe il ruolo di referente per la fatturazione dell’account { $account }. Solo il referente per la fatturazione può modificare l’abbonamento e i dati di fatturazione.
    .more = Acceda per accettare o rifiutare. Non cambia nulla finché non accetta.
    .foot = Riceve questa e-mail perché fa parte dell’account { $account }.

BILLING_CONTACT_CHANGED = { $person } è ora referente per la fatturazione dell’account { $account }
    .lead = { $person } ha assunto il ruolo di referente per la fatturazione dell’account { $account }. Solo il referente per la fatturazione può modificare l’abbonamento e i dati di fatturazione.
    .foot = Riceve questa e-mail perché questo ruolo è Suo, o lo è stato finora.

ACCOUNT_CLOSED = L’account { $account } è stato chiuso
    .lead = { $person_known ->
        [yes] L’account { $account } è stato chiuso da { $person }.
       *[no] L’account { $account } è stato chiuso.
    } Nessuno può più accedervi, l’abbonamento è terminato e il Suo indirizzo e-mail è libero per un altro account.
    .foot = Grazie per aver usato Usher.
