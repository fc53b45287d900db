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
