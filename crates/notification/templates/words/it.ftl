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
on_date = { $day ->
    [1] il 1º
    [8] l’8
    [11] l’11
   *[other] il { $day }
} { month } { $year }
until_date = { $day ->
    [1] fino al 1º
    [8] fino all’8
    [11] fino all’11
   *[other] fino al { $day }
} { month } { $year }
money = { $amount }{"\u00A0"}{ $currency }
group_mark = .
decimal_mark = ,
grouped_from = 4
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

TRANSFER_DECLINED = { $person } non passa all’account { $account }
    .lead = { $person } ha rifiutato l’invito a passare all’account { $account } e rimane in un altro account. Le licenze riservate per il passaggio sono di nuovo libere.
    .foot = Riceve questa e-mail perché amministra l’account { $account }.

TRANSFER_STAYED = Lei non passa all’account { $account }
    .lead = L’invito a passare all’account { $account } è stato rifiutato. Lei rimane nel Suo account, dove non è cambiato nulla.
    .foot = Se non è stato Lei a rifiutare, chieda all’amministrazione dell’account { $account } di invitarLa di nuovo.

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

INVOICE_ISSUED = Fattura { $number } per l’account { $account }
    .lead = È stata emessa la fattura { $number } per l’account { $account }. { $amount_known ->
        [yes] Da pagare: { money }.
       *[no] Non resta nulla da pagare.
    }
    .more = Acceda per visualizzarla e scaricarla.
    .foot = Riceve questa e-mail perché le fatture dell’account { $account } vengono inviate a questo indirizzo.

CREDIT_NOTE_ISSUED = Nota di credito { $number } per l’account { $account }
    .lead = È stata emessa la nota di credito { $number } per l’account { $account }. { $amount_known ->
        [yes] L’importo di { money } è stato aggiunto al saldo dell’account, che verrà usato per primo per le prossime fatture.
       *[no] Annulla una fattura non pagata: per quella non è più dovuto nulla.
    }
    .more = Acceda per visualizzarla e scaricarla.
    .foot = Riceve questa e-mail perché le fatture dell’account { $account } vengono inviate a questo indirizzo.

PAYMENT_FAILED = La fattura { $number } per l’account { $account } non è pagata
    .lead = Il pagamento di { money } per la fattura { $number } dell’account { $account } non è riuscito o è in ritardo. { $date_known ->
        [yes] Verrà richiesto di nuovo { on_date }.
       *[no] Questo era l’ultimo tentativo.
    }
    .more = Acceda per controllare il metodo di pagamento. Se la fattura resta non pagata, non sarà possibile assegnare altre licenze e, dopo un periodo di tolleranza, l’abbonamento terminerà.
    .foot = Riceve questa e-mail perché è referente per la fatturazione dell’account { $account }.

SUBSCRIPTION_GRACE = L’abbonamento dell’account { $account } non è pagato
    .lead = L’abbonamento dell’account { $account } non è stato pagato nonostante diverse richieste. Chi ha una licenza la conserva { until_date }; non ne vengono assegnate altre.
    .more = Se le fatture aperte vengono pagate prima, tutto continua come prima. Altrimenti l’abbonamento termina, e con esso le licenze. Nessun dato va perso.
    .foot = Riceve questa e-mail perché è referente per la fatturazione dell’account { $account }.

SUBSCRIPTION_CANCELLED = L’abbonamento dell’account { $account } è disdetto
    .lead = L’abbonamento dell’account { $account } è disdetto. Chi ha una licenza la conserva { until_date }; non ne vengono assegnate altre.
    .more = Se desidera continuare, acceda e scelga un piano. Nessun dato va perso.
    .foot = Riceve questa e-mail perché è referente per la fatturazione dell’account { $account }.

SUBSCRIPTION_ENDED = L’abbonamento dell’account { $account } è terminato
    .lead = L’abbonamento dell’account { $account } è terminato, e con esso le licenze.
    .more = Se desidera continuare, acceda e scelga un piano. Nessun dato è andato perso.
    .foot = Riceve questa e-mail perché è referente per la fatturazione dell’account { $account }.

TRIAL_ENDING = La prova dell’account { $account } termina { on_date }
    .lead = La prova dell’account { $account } termina { on_date }. { $amount_known ->
        [yes] Prosegue come abbonamento a pagamento; la prima fattura sarà di { money }.
       *[no] Con essa terminano le licenze, a meno che prima non scelga un piano.
    }
    .more = Acceda per vedere i piani e modificare il Suo abbonamento.
    .foot = Riceve questa e-mail perché è referente per la fatturazione dell’account { $account }.

SEATS_DECREASING = L’account { $account } avrà meno licenze
    .lead = L’account { $account } avrà meno licenze { on_date }. Fino ad allora non vengono assegnate licenze che dopo non ci sarebbero più.
    .more = Se allora ne risulteranno assegnate di più, nessuno perderà la propria, ma non ne verranno assegnate altre finché non saranno di nuovo sufficienti.
    .seats = Le licenze da quel giorno
    .row = { $product }: { $seats } invece di { $present }
    .foot = Riceve questa e-mail perché è referente per la fatturazione dell’account { $account }.

SEATS_OVER_LIMIT = Nell’account { $account } sono assegnate più licenze di quante ce ne siano
    .lead = Nell’account { $account } sono assegnate più licenze di quante ne comprenda l’abbonamento. Nessuno perde la propria, ma non ne vengono assegnate altre finché non saranno di nuovo sufficienti.
    .more = Acceda per liberare le licenze che non servono o per aggiungerne altre.
    .seats = Licenze assegnate
    .row = { $product }: { $present } su { $seats }
    .foot = Riceve questa e-mail perché è referente per la fatturazione dell’account { $account }.
