# German, with Sie.

## What every mail may have

greeting = { $reader_known ->
    [yes] Guten Tag { $full_name },
   *[no] Guten Tag,
}
link_note = Der Link ist nur für Sie bestimmt und gilt bis { expire_time }.
link_help = Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser{ colon }
guide = Erste Schritte
colon = :
expire_time = { weekday }, { $day }. { month } { $year }, { $time } Uhr (UTC)
on_date = am { $day }. { month } { $year }
until_date = bis zum { $day }. { month } { $year }
money = { $amount }{"\u00A0"}{ $currency }
group_mark = .
decimal_mark = ,
grouped_from = 4
weekday = { $weekday ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
month = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}

## The mails

WELCOME = { $person_known ->
    [yes] { $person } hat Sie zu { $account } eingeladen
   *[no] Ihre Einladung zu { $account }
}
    .heading = Willkommen bei { $account }
    .lead = { $person_known ->
        [yes] { $person } hat Sie zu { $account } eingeladen.
       *[no] Sie wurden zu { $account } eingeladen.
    } Um zu beginnen, nehmen Sie die Einladung an und wählen Sie Ihr Passwort.
    .button = Einladung annehmen
    .products = Ihre Produkte bei { $account }
    .foot = Wenn Ihnen { $account } nichts sagt, ignorieren Sie diese E-Mail: Solange Sie die Einladung nicht annehmen, geschieht nichts.

TRANSFER = { $person_known ->
    [yes] { $person } lädt Sie ein, zu { $account } zu wechseln
   *[no] Ihre Einladung, zu { $account } zu wechseln
}
    .heading = Zu { $account } wechseln?
    .lead = { $person_known ->
        [yes] { $person } lädt Sie ein, zum Konto { $account } zu wechseln.
       *[no] Sie sind eingeladen, zum Konto { $account } zu wechseln.
    }
    .more = Ihre E-Mail-Adresse gehört bereits zu einem anderen Konto. Dort bleiben Sie, und es ändert sich nichts, bis Sie die Einladung annehmen. Wenn Sie sie annehmen, verlassen Sie jenes Konto, geben Ihre Rolle und Ihre Lizenzen dort ab und gehören künftig zu { $account }.
    .button = Einladung ansehen
    .products = Ihre Produkte bei { $account }
    .foot = Wenn Sie nicht wechseln möchten, ignorieren Sie diese E-Mail.

SIGN_UP = Schließen Sie die Registrierung des Kontos { $account } ab
    .lead = Vielen Dank für Ihre Registrierung. Bestätigen Sie, dass diese Adresse Ihnen gehört, und wählen Sie ein Passwort. Danach wird das Konto { $account } angelegt.
    .button = Konto anlegen
    .foot = Wenn Sie sich nicht registriert haben, ignorieren Sie diese E-Mail: Solange niemand den Link verwendet, wird kein Konto angelegt.

SIGN_UP_KNOWN = Sie haben bereits ein Konto
    .lead = Jemand, vielleicht Sie selbst, wollte sich mit dieser E-Mail-Adresse registrieren. Sie gehört bereits zum Konto { $account }, deshalb wurde kein weiteres angelegt.
    .more = Melden Sie sich mit dieser Adresse und Ihrem Passwort an. Wenn Sie das Passwort vergessen haben, fordern Sie bei der Anmeldung ein neues an. Wenn Sie eingeladen wurden und noch nicht geantwortet haben, verwenden Sie den Link in der Einladung, oder bitten Sie die Administration von { $account }, sie noch einmal zu senden.
    .foot = Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Wer auch immer es war, hat nichts über Sie erfahren.

PASSWORD_RESET = Wählen Sie ein neues Passwort
    .lead = Jemand, vielleicht Sie selbst, hat für Ihren Zugang zu { $account } ein neues Passwort angefordert.
    .button = Neues Passwort wählen
    .foot = Wenn Sie das nicht waren, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.

PASSWORD_CHANGED = Ihr Passwort wurde geändert
    .lead = Das Passwort für Ihren Zugang zu { $account } wurde geändert, und Sie wurden überall sonst abgemeldet.
    .foot = Wenn Sie das nicht waren, fordern Sie bei der Anmeldung sofort ein neues Passwort an, und benachrichtigen Sie die Administration von { $account }.

TRANSFER_JOINED = { $person } gehört jetzt zu { $account }
    .lead = { $person } hat die Einladung zum Wechsel angenommen und gehört jetzt zum Konto { $account }.
    .foot = Sie erhalten diese E-Mail, weil Sie { $account } verwalten.

TRANSFER_LEFT = { $person } hat { $account } verlassen
    .lead = { $person } hat die Einladung eines anderen Kontos angenommen und gehört nicht mehr zu { $account }. Die Lizenzen sind wieder frei.
    .foot = Sie erhalten diese E-Mail, weil Sie { $account } verwalten.

TRANSFER_DECLINED = { $person } wechselt nicht zu { $account }
    .lead = { $person } hat die Einladung zum Wechsel zu { $account } abgelehnt und bleibt in einem anderen Konto. Die für den Wechsel vorgemerkten Lizenzen sind wieder frei.
    .foot = Sie erhalten diese E-Mail, weil Sie { $account } verwalten.

TRANSFER_STAYED = Sie wechseln nicht zu { $account }
    .lead = Die Einladung, zum Konto { $account } zu wechseln, wurde abgelehnt. Sie bleiben in Ihrem Konto, und dort hat sich nichts geändert.
    .foot = Wenn nicht Sie abgelehnt haben, bitten Sie die Verwaltung von { $account }, Sie erneut einzuladen.

BILLING_CONTACT_OFFERED = Möchten Sie Rechnungskontakt von { $account } werden?
    .lead = { $person } möchte Ihnen die Aufgabe des Rechnungskontakts von { $account } übergeben. Nur der Rechnungskontakt kann das Abonnement und die Rechnungsdaten ändern.
    .more = Melden Sie sich an, um anzunehmen oder abzulehnen. Bis Sie annehmen, ändert sich nichts.
    .foot = Sie erhalten diese E-Mail, weil Sie zu { $account } gehören.

BILLING_CONTACT_CHANGED = { $person } ist jetzt Rechnungskontakt von { $account }
    .lead = { $person } hat die Aufgabe des Rechnungskontakts von { $account } übernommen. Nur der Rechnungskontakt kann das Abonnement und die Rechnungsdaten ändern.
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt sind oder es bisher waren.

ACCOUNT_CLOSED = Das Konto { $account } wurde geschlossen
    .lead = { $person_known ->
        [yes] Das Konto { $account } wurde von { $person } geschlossen.
       *[no] Das Konto { $account } wurde geschlossen.
    } Niemand kann sich mehr dort anmelden, das Abonnement ist beendet, und Ihre E-Mail-Adresse ist für ein anderes Konto frei.
    .foot = Vielen Dank, dass Sie Usher verwendet haben.

INVOICE_ISSUED = Rechnung { $number } für { $account }
    .lead = Die Rechnung { $number } für { $account } wurde ausgestellt. { $amount_known ->
        [yes] Zu zahlen: { money }.
       *[no] Es ist nichts mehr zu zahlen.
    }
    .more = Melden Sie sich an, um sie anzusehen und herunterzuladen.
    .foot = Sie erhalten diese E-Mail, weil Rechnungen für { $account } an diese Adresse gesendet werden.

CREDIT_NOTE_ISSUED = Gutschrift { $number } für { $account }
    .lead = Die Gutschrift { $number } für { $account } wurde ausgestellt. { $amount_known ->
        [yes] Dem Guthaben des Kontos wurden { money } gutgeschrieben; es wird für künftige Rechnungen zuerst verwendet.
       *[no] Sie hebt eine nicht bezahlte Rechnung auf: Für diese ist nichts mehr zu zahlen.
    }
    .more = Melden Sie sich an, um sie anzusehen und herunterzuladen.
    .foot = Sie erhalten diese E-Mail, weil Rechnungen für { $account } an diese Adresse gesendet werden.

PAYMENT_FAILED = Die Rechnung { $number } für { $account } ist nicht bezahlt
    .lead = Die Zahlung von { money } für die Rechnung { $number } von { $account } ist fehlgeschlagen oder verspätet. { $date_known ->
        [yes] Sie wird { on_date } erneut angefordert.
       *[no] Dies war der letzte Versuch.
    }
    .more = Melden Sie sich an, um die Zahlungsart zu prüfen. Wenn die Rechnung nicht bezahlt wird, können keine weiteren Lizenzen vergeben werden, und nach einer Nachfrist endet das Abonnement.
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt von { $account } sind.

SUBSCRIPTION_GRACE = Das Abonnement von { $account } ist nicht bezahlt
    .lead = Das Abonnement von { $account } wurde trotz mehrerer Aufforderungen nicht bezahlt. Wer eine Lizenz hat, behält sie { until_date }; weitere werden nicht vergeben.
    .more = Wenn die offenen Rechnungen bis dahin bezahlt werden, geht alles weiter wie bisher. Andernfalls endet das Abonnement und mit ihm die Lizenzen. Daten gehen nicht verloren.
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt von { $account } sind.

SUBSCRIPTION_CANCELLED = Das Abonnement von { $account } ist gekündigt
    .lead = Das Abonnement von { $account } ist gekündigt. Wer eine Lizenz hat, behält sie { until_date }; weitere werden nicht vergeben.
    .more = Wenn Sie weitermachen möchten, melden Sie sich an und wählen Sie einen Tarif. Daten gehen nicht verloren.
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt von { $account } sind.

SUBSCRIPTION_ENDED = Das Abonnement von { $account } ist beendet
    .lead = Das Abonnement von { $account } ist beendet, und mit ihm die Lizenzen.
    .more = Wenn Sie weitermachen möchten, melden Sie sich an und wählen Sie einen Tarif. Daten gehen nicht verloren.
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt von { $account } sind.

TRIAL_ENDING = Die Testphase von { $account } endet { on_date }
    .lead = Die Testphase von { $account } endet { on_date }. { $amount_known ->
        [yes] Danach geht sie in ein kostenpflichtiges Abonnement über; die erste Rechnung beträgt { money }.
       *[no] Damit enden auch die Lizenzen, sofern Sie nicht vorher einen Tarif wählen.
    }
    .more = Melden Sie sich an, um die Tarife anzusehen und Ihr Abonnement zu ändern.
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt von { $account } sind.

SEATS_DECREASING = { $account } hat bald weniger Lizenzen
    .lead = { $account } hat { on_date } weniger Lizenzen als jetzt. Bis dahin werden keine Lizenzen vergeben, die es danach nicht mehr gäbe.
    .more = Wenn dann mehr vergeben sind, verliert niemand eine Lizenz, aber weitere werden erst vergeben, wenn es wieder genug gibt.
    .seats = Die Lizenzen ab diesem Tag
    .row = { $product }: { $seats } statt { $present }
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt von { $account } sind.

SEATS_OVER_LIMIT = Bei { $account } sind mehr Lizenzen vergeben, als es gibt
    .lead = Bei { $account } sind mehr Lizenzen vergeben, als das Abonnement umfasst. Niemand verliert eine Lizenz, aber weitere werden erst vergeben, wenn es wieder genug gibt.
    .more = Melden Sie sich an, um nicht benötigte Lizenzen freizugeben oder weitere hinzuzufügen.
    .seats = Vergebene Lizenzen
    .row = { $product }: { $present }, vorhanden { $seats }
    .foot = Sie erhalten diese E-Mail, weil Sie Rechnungskontakt von { $account } sind.
