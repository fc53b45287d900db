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
on_date = op { $day } { month } { $year }
until_date = tot { $day } { month } { $year }
money = { $currency }{"\u00A0"}{ $amount }
group_mark = .
decimal_mark = ,
grouped_from = 4
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

TRANSFER_DECLINED = { $person } stapt niet over naar { $account }
    .lead = { $person } heeft de uitnodiging om over te stappen naar { $account } afgewezen en blijft bij een ander account. De licenties die voor de overstap waren gereserveerd, zijn weer vrij.
    .foot = U ontvangt deze e-mail omdat u { $account } beheert.

TRANSFER_STAYED = U stapt niet over naar { $account }
    .lead = De uitnodiging om over te stappen naar het account { $account } is afgewezen. U blijft bij uw account, en daar is niets veranderd.
    .foot = Hebt u dit niet zelf gedaan? Vraag dan het beheer van { $account } om u opnieuw uit te nodigen.

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

INVOICE_ISSUED = Factuur { $number } voor { $account }
    .lead = Factuur { $number } voor { $account } is opgesteld. { $amount_known ->
        [yes] Te betalen: { money }.
       *[no] Er hoeft niets meer te worden betaald.
    }
    .more = Log in om de factuur te bekijken en te downloaden.
    .foot = U ontvangt deze e-mail omdat facturen voor { $account } naar dit adres worden gestuurd.

CREDIT_NOTE_ISSUED = Creditnota { $number } voor { $account }
    .lead = Creditnota { $number } voor { $account } is opgesteld. { $amount_known ->
        [yes] Er is { money } toegevoegd aan het tegoed van het account, dat als eerste wordt gebruikt voor wat er nog komt.
       *[no] Deze maakt een onbetaalde factuur ongedaan: daarvoor is niets meer verschuldigd.
    }
    .more = Log in om de creditnota te bekijken en te downloaden.
    .foot = U ontvangt deze e-mail omdat facturen voor { $account } naar dit adres worden gestuurd.

PAYMENT_FAILED = Factuur { $number } voor { $account } is niet betaald
    .lead = De betaling van { money } voor factuur { $number } van { $account } is mislukt of te laat. { $date_known ->
        [yes] Er wordt { on_date } opnieuw om gevraagd.
       *[no] Dit was de laatste poging.
    }
    .more = Log in om de betaalmethode te controleren. Als de factuur onbetaald blijft, kunnen er geen nieuwe licenties worden toegewezen en eindigt het abonnement na een respijtperiode.
    .foot = U ontvangt deze e-mail omdat u contactpersoon voor facturering van { $account } bent.

SUBSCRIPTION_GRACE = Het abonnement van { $account } is niet betaald
    .lead = Het abonnement van { $account } is ondanks meerdere verzoeken niet betaald. Wie een licentie heeft, houdt die { until_date }; er worden geen nieuwe toegewezen.
    .more = Als de openstaande facturen voor die tijd worden betaald, gaat alles verder zoals het was. Anders eindigt het abonnement, en daarmee de licenties. Er gaan geen gegevens verloren.
    .foot = U ontvangt deze e-mail omdat u contactpersoon voor facturering van { $account } bent.

SUBSCRIPTION_CANCELLED = Het abonnement van { $account } is opgezegd
    .lead = Het abonnement van { $account } is opgezegd. Wie een licentie heeft, houdt die { until_date }; er worden geen nieuwe toegewezen.
    .more = Wilt u verdergaan? Log dan in en kies een abonnement. Er gaan geen gegevens verloren.
    .foot = U ontvangt deze e-mail omdat u contactpersoon voor facturering van { $account } bent.

SUBSCRIPTION_ENDED = Het abonnement van { $account } is beëindigd
    .lead = Het abonnement van { $account } is beëindigd, en daarmee de licenties.
    .more = Wilt u verdergaan? Log dan in en kies een abonnement. Er zijn geen gegevens verloren gegaan.
    .foot = U ontvangt deze e-mail omdat u contactpersoon voor facturering van { $account } bent.

TRIAL_ENDING = De proefperiode van { $account } eindigt { on_date }
    .lead = De proefperiode van { $account } eindigt { on_date }. { $amount_known ->
        [yes] Daarna gaat ze over in een betaald abonnement; de eerste factuur bedraagt { money }.
       *[no] Daarmee eindigen ook de licenties, tenzij u eerder een abonnement kiest.
    }
    .more = Log in om de abonnementen te bekijken en het uwe te wijzigen.
    .foot = U ontvangt deze e-mail omdat u contactpersoon voor facturering van { $account } bent.

SEATS_DECREASING = { $account } krijgt minder licenties
    .lead = { $account } heeft { on_date } minder licenties dan nu. Tot die tijd worden er geen licenties toegewezen die er daarna niet meer zouden zijn.
    .more = Als er dan meer zijn toegewezen, raakt niemand een licentie kwijt, maar worden er geen nieuwe toegewezen tot er weer genoeg zijn.
    .seats = De licenties vanaf die dag
    .row = { $product }: { $seats } in plaats van { $present }
    .foot = U ontvangt deze e-mail omdat u contactpersoon voor facturering van { $account } bent.

SEATS_OVER_LIMIT = Bij { $account } zijn meer licenties toegewezen dan er zijn
    .lead = Bij { $account } zijn meer licenties toegewezen dan het abonnement omvat. Niemand raakt een licentie kwijt, maar er worden geen nieuwe toegewezen tot er weer genoeg zijn.
    .more = Log in om licenties die niet nodig zijn vrij te geven of om er meer toe te voegen.
    .seats = Toegewezen licenties
    .row = { $product }: { $present } van { $seats }
    .foot = U ontvangt deze e-mail omdat u contactpersoon voor facturering van { $account } bent.
