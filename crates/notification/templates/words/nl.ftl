# Dutch, with u.

## What every mail may have

greeting = { $reader_known ->
    [yes] Beste { $full_name },
   *[no] Goedendag,
}
link_note = De link is alleen voor u bestemd en werkt tot { expire_time }.
link_help = Werkt de knop niet? Kopieer dan dit adres naar uw browser{ colon }
guide = Aan de slag
colon = :
expire_time = { weekday } { $day } { month } { $year }, { $time } uur (UTC)
weekday = { $weekday ->
    [1] maandag
    [2] dinsdag
    [3] woensdag
    [4] donderdag
    [5] vrijdag
    [6] zaterdag
   *[7] zondag
}
month = { $month ->
    [1] januari
    [2] februari
    [3] maart
    [4] april
    [5] mei
    [6] juni
    [7] juli
    [8] augustus
    [9] september
    [10] oktober
    [11] november
   *[12] december
}

## The mails

WELCOME = { $person_known ->
    [yes] { $person } heeft u uitgenodigd voor { $account }
   *[no] Uw uitnodiging voor { $account }
}
    .heading = Welkom bij { $account }
    .lead = { $person_known ->
        [yes] { $person } heeft u uitgenodigd voor { $account }.
       *[no] U bent uitgenodigd voor { $account }.
    } Accepteer de uitnodiging en kies uw wachtwoord om te beginnen.
    .button = Uitnodiging accepteren
    .products = Uw producten bij { $account }
    .foot = Kent u { $account } niet? Negeer dan deze e-mail: er gebeurt niets zolang u de uitnodiging niet accepteert.

TRANSFER = { $person_known ->
    [yes] { $person } nodigt u uit om over te stappen naar { $account }
   *[no] Uw uitnodiging om over te stappen naar { $account }
}
    .heading = Overstappen naar { $account }?
    .lead = { $person_known ->
        [yes] { $person } nodigt u uit om over te stappen naar het account { $account }.
       *[no] U bent uitgenodigd om over te stappen naar het account { $account }.
    }
    .more = Uw e-mailadres hoort al bij een ander account. U blijft daar, en er verandert niets, tot u de uitnodiging accepteert. Als u de uitnodiging accepteert, verlaat u dat account, raakt u uw rol en licenties daar kwijt en hoort u voortaan bij { $account }.
    .button = Uitnodiging bekijken
    .products = Uw producten bij { $account }
    .foot = Wilt u niet overstappen? Negeer dan deze e-mail.

SIGN_UP = Voltooi de registratie van het account { $account }
    .lead = Bedankt voor uw registratie. Bevestig dat dit adres van u is en kies een wachtwoord. Daarna wordt het account { $account } aangemaakt.
    .button = Account aanmaken
    .foot = Hebt u zich niet geregistreerd? Negeer dan deze e-mail: er wordt geen account aangemaakt zolang de link niet wordt gebruikt.

SIGN_UP_KNOWN = U hebt al een account
    .lead = Iemand, misschien uzelf, wilde zich met dit e-mailadres registreren. Het hoort al bij het account { $account }, daarom is er geen ander account aangemaakt.
    .more = Log in met dit adres en uw wachtwoord. Bent u het wachtwoord vergeten, vraag dan bij het inloggen een nieuw aan. Bent u uitgenodigd en hebt u nog niet geantwoord, gebruik dan de link in de uitnodiging of vraag een beheerder van { $account } om die opnieuw te sturen.
    .foot = Was u dit niet? Dan hoeft u niets te doen: wie het ook was, heeft niets over u te weten gekregen.

PASSWORD_RESET = Kies een nieuw wachtwoord
    .lead = Iemand, misschien uzelf, heeft een nieuw wachtwoord aangevraagd voor uw toegang tot { $account }.
    .button = Nieuw wachtwoord kiezen
    .foot = Was u dit niet? Negeer dan deze e-mail: uw wachtwoord blijft zoals het is.

PASSWORD_CHANGED = Uw wachtwoord is gewijzigd
    .lead = Het wachtwoord voor uw toegang tot { $account } is gewijzigd en u bent overal elders uitgelogd.
    .foot = Was u dit niet? Vraag dan bij het inloggen meteen een nieuw wachtwoord aan en waarschuw een beheerder van { $account }.

TRANSFER_JOINED = { $person } hoort nu bij { $account }
    .lead = { $person } heeft de uitnodiging geaccepteerd om over te stappen naar { $account } en hoort nu bij het account.
    .foot = U ontvangt deze e-mail omdat u { $account } beheert.

TRANSFER_LEFT = { $person } heeft { $account } verlaten
    .lead = { $person } heeft de uitnodiging van een ander account geaccepteerd en hoort niet meer bij { $account }. De licenties zijn weer vrij.
    .foot = U ontvangt deze e-mail omdat u { $account } beheert.

BILLING_CONTACT_OFFERED = Wilt u contactpersoon voor facturering van { $account } worden?
    .lead = { $person } wil de rol van contactpersoon voor facturering van { $account } aan u overdragen. Alleen deze contactpersoon kan het abonnement en de factuurgegevens wijzigen.
    .more = Log in om te accepteren of te weigeren. Er verandert niets zolang u niet accepteert.
    .foot = U ontvangt deze e-mail omdat u bij { $account } hoort.

BILLING_CONTACT_CHANGED = { $person } is nu contactpersoon voor facturering van { $account }
    .lead = { $person } heeft de rol van contactpersoon voor facturering van { $account } overgenomen. Alleen deze contactpersoon kan het abonnement en de factuurgegevens wijzigen.
    .foot = U ontvangt deze e-mail omdat u deze contactpersoon bent, of dat tot nu toe was.

ACCOUNT_CLOSED = Het account { $account } is gesloten
    .lead = { $person_known ->
        [yes] Het account { $account } is gesloten door { $person }.
       *[no] Het account { $account } is gesloten.
    } Niemand kan er nog inloggen, het abonnement is beëindigd en uw e-mailadres is vrij voor een ander account.
    .foot = Bedankt dat u Usher hebt gebruikt.
