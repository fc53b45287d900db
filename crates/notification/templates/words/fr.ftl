# French, with vous. "Du compte" before a name, since "de" would need an elision before some.

## What every mail may have

greeting = { $reader_known ->
    [yes] Bonjour { $given_name },
   *[no] Bonjour,
}
link_note = Ce lien vous est personnel et reste valable jusqu’au { expire_time }.
link_help = Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur{ colon }
guide = Premiers pas
colon = {"\u00A0"}:
expire_time = { weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { month } { $year } à { $time } (UTC)
on_date = le { $day ->
    [1] 1er
   *[other] { $day }
} { month } { $year }
until_date = jusqu’au { $day ->
    [1] 1er
   *[other] { $day }
} { month } { $year }
money = { $amount }{"\u00A0"}{ $currency }
group_mark = {"\u202F"}
decimal_mark = ,
grouped_from = 4
weekday = { $weekday ->
    [1] lundi
    [2] mardi
    [3] mercredi
    [4] jeudi
    [5] vendredi
    [6] samedi
   *[7] dimanche
}
month = { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
}

## The mails

WELCOME = { $person_known ->
    [yes] { $person } vous invite à rejoindre { $account }
   *[no] Votre invitation à rejoindre { $account }
}
    .heading = Bienvenue chez { $account }
    .lead = { $person_known ->
        [yes] { $person } vous invite à rejoindre { $account }.
       *[no] Vous avez reçu une invitation à rejoindre { $account }.
    } Pour commencer, acceptez l’invitation et choisissez votre mot de passe.
    .button = Accepter l’invitation
    .products = Vos produits chez { $account }
    .foot = Si vous ne connaissez pas { $account }, ignorez cet e-mail{ colon } rien ne se passe tant que vous n’acceptez pas l’invitation.

TRANSFER = { $person_known ->
    [yes] { $person } vous invite à passer au compte { $account }
   *[no] Votre invitation à passer au compte { $account }
}
    .heading = Passer au compte { $account }{"\u00A0"}?
    .lead = { $person_known ->
        [yes] { $person } vous invite à passer au compte { $account }.
       *[no] Vous avez reçu une invitation à passer au compte { $account }.
    }
    .more = Votre adresse e-mail est déjà rattachée à un autre compte. Vous y restez, et rien ne change, tant que vous n’acceptez pas l’invitation. Si vous l’acceptez, vous quittez cet autre compte, perdez le rôle et les licences que vous y aviez, et rejoignez le compte { $account }.
    .button = Voir l’invitation
    .products = Vos produits chez { $account }
    .foot = Si vous ne souhaitez pas changer de compte, ignorez cet e-mail.

SIGN_UP = Terminez la création du compte { $account }
    .lead = Merci de votre inscription. Confirmez que cette adresse est bien la vôtre et choisissez un mot de passe{ colon } le compte { $account } sera alors créé.
    .button = Créer le compte
    .foot = Si vous n’êtes pas à l’origine de cette inscription, ignorez cet e-mail{ colon } aucun compte n’est créé tant que le lien n’est pas utilisé.

SIGN_UP_KNOWN = Vous avez déjà un compte
    .lead = Quelqu’un, peut-être vous, a voulu s’inscrire avec cette adresse e-mail. Elle est déjà rattachée au compte { $account }. Aucun autre compte n’a donc été créé.
    .more = Connectez-vous avec cette adresse et votre mot de passe. Si vous avez oublié le mot de passe, demandez-en un nouveau sur la page de connexion. Si vous avez reçu une invitation et n’y avez pas encore répondu, utilisez le lien qu’elle contient ou demandez à l’administration du compte { $account } de vous la renvoyer.
    .foot = Si ce n’était pas vous, vous n’avez rien à faire{ colon } cette personne n’a rien appris sur vous.

PASSWORD_RESET = Choisissez un nouveau mot de passe
    .lead = Quelqu’un, peut-être vous, a demandé un nouveau mot de passe pour votre accès au compte { $account }.
    .button = Choisir un nouveau mot de passe
    .foot = Si ce n’était pas vous, ignorez cet e-mail{ colon } votre mot de passe reste inchangé.

PASSWORD_CHANGED = Votre mot de passe a été modifié
    .lead = Le mot de passe de votre accès au compte { $account } a été modifié, et toutes vos autres sessions ont été fermées.
    .foot = Si ce n’était pas vous, demandez immédiatement un nouveau mot de passe sur la page de connexion et prévenez l’administration du compte { $account }.

TRANSFER_JOINED = { $person } a rejoint le compte { $account }
    .lead = { $person } a accepté l’invitation à passer au compte { $account } et en fait désormais partie.
    .foot = Vous recevez cet e-mail parce que vous administrez le compte { $account }.

TRANSFER_LEFT = { $person } a quitté le compte { $account }
    .lead = { $person } a accepté l’invitation d’un autre compte et ne fait plus partie du compte { $account }. Ses licences sont de nouveau disponibles.
    .foot = Vous recevez cet e-mail parce que vous administrez le compte { $account }.

TRANSFER_DECLINED = { $person } ne passe pas au compte { $account }
    .lead = { $person } a décliné l’invitation à passer au compte { $account } et reste dans un autre compte. Les licences réservées à cet effet sont de nouveau disponibles.
    .foot = Vous recevez cet e-mail parce que vous administrez le compte { $account }.

TRANSFER_STAYED = Vous ne passez pas au compte { $account }
    .lead = L’invitation à passer au compte { $account } a été déclinée. Vous restez dans votre compte, et rien n’y a changé.
    .foot = Si vous n’êtes pas à l’origine de ce refus, demandez à l’administration du compte { $account } de vous inviter de nouveau.

BILLING_CONTACT_OFFERED = Devenir contact de facturation du compte { $account }{"\u00A0"}?
    .lead = { $person } souhaite vous confier le rôle de contact de facturation du compte { $account }. Seul le contact de facturation peut modifier l’abonnement et les informations de facturation.
    .more = Connectez-vous pour accepter ou refuser. Rien ne change tant que vous n’acceptez pas.
    .foot = Vous recevez cet e-mail parce que vous faites partie du compte { $account }.

BILLING_CONTACT_CHANGED = { $person } est désormais contact de facturation du compte { $account }
    .lead = { $person } a repris le rôle de contact de facturation du compte { $account }. Seul le contact de facturation peut modifier l’abonnement et les informations de facturation.
    .foot = Vous recevez cet e-mail parce que ce rôle est le vôtre, ou l’était jusqu’à présent.

ACCOUNT_CLOSED = Le compte { $account } a été fermé
    .lead = { $person_known ->
        [yes] Le compte { $account } a été fermé par { $person }.
       *[no] Le compte { $account } a été fermé.
    } Plus personne ne peut s’y connecter, son abonnement a pris fin, et votre adresse e-mail peut servir pour un autre compte.
    .foot = Merci d’avoir utilisé Usher.

INVOICE_ISSUED = Facture { $number } du compte { $account }
    .lead = La facture { $number } du compte { $account } a été émise. { $amount_known ->
        [yes] À payer{ colon } { money }.
       *[no] Il ne reste rien à payer.
    }
    .more = Connectez-vous pour la consulter et la télécharger.
    .foot = Vous recevez cet e-mail parce que les factures du compte { $account } sont envoyées à cette adresse.

CREDIT_NOTE_ISSUED = Avoir { $number } du compte { $account }
    .lead = L’avoir { $number } du compte { $account } a été émis. { $amount_known ->
        [yes] { money } ont été ajoutés au solde du compte, qui sera utilisé en premier pour les prochaines factures.
       *[no] Il annule une facture non payée{ colon } plus rien n’est dû pour celle-ci.
    }
    .more = Connectez-vous pour le consulter et le télécharger.
    .foot = Vous recevez cet e-mail parce que les factures du compte { $account } sont envoyées à cette adresse.

PAYMENT_FAILED = La facture { $number } du compte { $account } n’est pas payée
    .lead = Le paiement de { money } pour la facture { $number } du compte { $account } a échoué ou est en retard. { $date_known ->
        [yes] Il sera demandé de nouveau { on_date }.
       *[no] C’était la dernière tentative.
    }
    .more = Connectez-vous pour vérifier le moyen de paiement. Si la facture reste impayée, aucune nouvelle licence ne pourra être attribuée et, après un délai de grâce, l’abonnement prendra fin.
    .foot = Vous recevez cet e-mail parce que vous êtes contact de facturation du compte { $account }.

SUBSCRIPTION_GRACE = L’abonnement du compte { $account } n’est pas payé
    .lead = L’abonnement du compte { $account } n’a pas été payé malgré plusieurs demandes. Les licences attribuées sont conservées { until_date }{"\u00A0"}; aucune nouvelle n’est attribuée.
    .more = Si les factures ouvertes sont payées d’ici là, tout continue comme avant. Sinon, l’abonnement prend fin, et les licences avec lui. Aucune donnée n’est perdue.
    .foot = Vous recevez cet e-mail parce que vous êtes contact de facturation du compte { $account }.

SUBSCRIPTION_CANCELLED = L’abonnement du compte { $account } est résilié
    .lead = L’abonnement du compte { $account } est résilié. Les licences attribuées sont conservées { until_date }{"\u00A0"}; aucune nouvelle n’est attribuée.
    .more = Si vous souhaitez continuer, connectez-vous et choisissez une offre. Aucune donnée n’est perdue.
    .foot = Vous recevez cet e-mail parce que vous êtes contact de facturation du compte { $account }.

SUBSCRIPTION_ENDED = L’abonnement du compte { $account } a pris fin
    .lead = L’abonnement du compte { $account } a pris fin, et les licences avec lui.
    .more = Si vous souhaitez continuer, connectez-vous et choisissez une offre. Aucune donnée n’est perdue.
    .foot = Vous recevez cet e-mail parce que vous êtes contact de facturation du compte { $account }.

TRIAL_ENDING = L’essai du compte { $account } prend fin { on_date }
    .lead = L’essai du compte { $account } prend fin { on_date }. { $amount_known ->
        [yes] Il se poursuit par un abonnement payant{"\u00A0"}; la première facture sera de { money }.
       *[no] Les licences prennent fin avec lui, à moins que vous ne choisissiez une offre d’ici là.
    }
    .more = Connectez-vous pour voir les offres et modifier votre abonnement.
    .foot = Vous recevez cet e-mail parce que vous êtes contact de facturation du compte { $account }.

SEATS_DECREASING = Le compte { $account } aura moins de licences
    .lead = Le compte { $account } aura moins de licences { on_date }. D’ici là, aucune licence qui n’existerait plus ensuite n’est attribuée.
    .more = Si davantage de licences sont alors attribuées, personne ne perd la sienne, mais aucune nouvelle n’est attribuée tant qu’il n’y en a pas de nouveau assez.
    .seats = Les licences à partir de cette date
    .row = { $product }{ colon } { $seats } au lieu de { $present }
    .foot = Vous recevez cet e-mail parce que vous êtes contact de facturation du compte { $account }.

SEATS_OVER_LIMIT = Le compte { $account } a attribué plus de licences qu’il n’en a
    .lead = Plus de licences sont attribuées dans le compte { $account } que son abonnement n’en comprend. Personne ne perd la sienne, mais aucune nouvelle n’est attribuée tant qu’il n’y en a pas de nouveau assez.
    .more = Connectez-vous pour libérer les licences inutiles ou en ajouter.
    .seats = Licences attribuées
    .row = { $product }{ colon } { $present } sur { $seats }
    .foot = Vous recevez cet e-mail parce que vous êtes contact de facturation du compte { $account }.
