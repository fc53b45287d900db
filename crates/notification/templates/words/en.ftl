# English. The value of a message is a mail's subject, its attributes are the mail's parts.
# $reader_known, $person_known, $amount_known and $date_known are yes or no, $weekday runs from 1 (Monday) to 7. A number has as
# many digits as grouped_from says before group_mark stands between its thousands.

## What every mail may have

greeting = { $reader_known ->
    [yes] Hello { $given_name },
   *[no] Hello,
}
link_note = The link is for you alone, and works until { expire_time }.
link_help = If the button does not work, copy this address into your browser{ colon }
guide = How to get started
colon = :
expire_time = { weekday }, { $day } { month } { $year }, { $time } UTC
on_date = on { $day } { month } { $year }
until_date = until { $day } { month } { $year }
money = { $currency }{"\u00A0"}{ $amount }
group_mark = ,
decimal_mark = .
grouped_from = 4
weekday = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}

## The mails

WELCOME = { $person_known ->
    [yes] { $person } invited you to { $account }
   *[no] You are invited to { $account }
}
    .heading = Welcome to { $account }
    .lead = { $person_known ->
        [yes] { $person } has invited you to join { $account }.
       *[no] You have been invited to join { $account }.
    } Accept the invitation and choose your password to begin.
    .button = Accept the invitation
    .products = Your products in { $account }
    .foot = If you do not know { $account }, ignore this e-mail: nothing happens unless you accept.

TRANSFER = { $person_known ->
    [yes] { $person } invites you to move to { $account }
   *[no] You are invited to move to { $account }
}
    .heading = Move to { $account }?
    .lead = { $person_known ->
        [yes] { $person } invites you to move to the account { $account }.
       *[no] You are invited to move to the account { $account }.
    }
    .more = Your e-mail address already belongs to a user of another account. You stay there, and nothing changes, until you accept. When you accept, you leave that account with your role and licenses there, and become a user of { $account }.
    .button = Look at the invitation
    .products = Your products in { $account }
    .foot = If you do not want to move, ignore this e-mail.

SIGN_UP = Finish making the account { $account }
    .lead = Thank you for signing up. Confirm that this address is yours and choose a password, and the account { $account } is made.
    .button = Make the account
    .foot = If you have not signed up, ignore this e-mail: no account is made unless the link is used.

SIGN_UP_KNOWN = You have an account already
    .lead = Somebody, perhaps you, has signed up with this e-mail address. It belongs to a user of { $account } already, so no other account was made.
    .more = Log in with this address and your password. If you have forgotten the password, ask for a new one where you log in. If you have been invited and have not answered yet, use the link in the invitation, or ask an administrator of { $account } to send it again.
    .foot = If it was not you, you need do nothing: whoever it was has learnt nothing about you.

PASSWORD_RESET = Choose a new password
    .lead = Somebody, perhaps you, has asked for a new password for your user in { $account }.
    .button = Choose a new password
    .foot = If it was not you, ignore this e-mail: your password stays as it is.

PASSWORD_CHANGED = Your password was changed
    .lead = The password of your user in { $account } was changed, and you have been logged out everywhere else.
    .foot = If it was not you, ask for a new password at once where you log in, and tell an administrator of { $account }.

TRANSFER_JOINED = { $person } has joined { $account }
    .lead = { $person } has accepted the invitation to move to { $account }, and is a user of the account now.
    .foot = You get this e-mail because you are an administrator of { $account }.

TRANSFER_LEFT = { $person } has left { $account }
    .lead = { $person } has accepted an invitation to another account, and is no longer a user of { $account }. Their licenses are free again.
    .foot = You get this e-mail because you are an administrator of { $account }.

TRANSFER_DECLINED = { $person } has declined to move to { $account }
    .lead = { $person } has declined the invitation to move to { $account }, and stays in another account. Any licenses held for the move are free again.
    .foot = You get this e-mail because you are an administrator of { $account }.

TRANSFER_STAYED = You do not move to { $account }
    .lead = The invitation to move to the account { $account } was declined. You stay in your account, and nothing has changed there.
    .foot = If it was not you who declined, ask an administrator of { $account } to invite you again.

BILLING_CONTACT_OFFERED = Become the billing contact of { $account }?
    .lead = { $person } would like you to take over as the billing contact of { $account }. The billing contact alone may change the subscription and the billing information.
    .more = Log in to accept or to decline. Nothing changes until you accept.
    .foot = You get this e-mail because you are a user of { $account }.

BILLING_CONTACT_CHANGED = { $person } is the billing contact of { $account }
    .lead = { $person } has taken over as the billing contact of { $account }, and alone may change the subscription and the billing information now.
    .foot = You get this e-mail because you are the billing contact, or were until now.

ACCOUNT_CLOSED = { $account } is closed
    .lead = { $person_known ->
        [yes] The account { $account } was closed by { $person }.
       *[no] The account { $account } was closed.
    } Nobody can log in to it any more, its subscription has ended, and your e-mail address is free for another account.
    .foot = Thank you for having used Usher.

INVOICE_ISSUED = Invoice { $number } for { $account }
    .lead = Invoice { $number } for { $account } has been issued. { $amount_known ->
        [yes] To be paid: { money }.
       *[no] Nothing is left to pay.
    }
    .more = Log in to see it and to download it.
    .foot = You get this e-mail because invoices for { $account } are sent to this address.

CREDIT_NOTE_ISSUED = Credit note { $number } for { $account }
    .lead = Credit note { $number } for { $account } has been issued. { $amount_known ->
        [yes] { money } has been added to the account’s balance, which pays first for whatever comes next.
       *[no] It takes back an invoice that was not paid: nothing is owed for that one any more.
    }
    .more = Log in to see it and to download it.
    .foot = You get this e-mail because invoices for { $account } are sent to this address.

PAYMENT_FAILED = Invoice { $number } for { $account } is not paid
    .lead = The payment of { money } for invoice { $number } of { $account } has failed or is late. { $date_known ->
        [yes] It will be asked for again { on_date }.
       *[no] This was the last attempt.
    }
    .more = Log in to look at the payment method. If the invoice stays unpaid, nobody new can be given a license, and after a time of grace the subscription ends.
    .foot = You get this e-mail because you are the billing contact of { $account }.

SUBSCRIPTION_GRACE = The subscription of { $account } is not paid
    .lead = The subscription of { $account } has not been paid, though payment was asked for several times. Whoever holds a license keeps it { until_date }; nobody new gets one.
    .more = If the open invoices are paid before then, everything goes on as it was. Otherwise the subscription ends, and the licenses with it. No data are lost.
    .foot = You get this e-mail because you are the billing contact of { $account }.

SUBSCRIPTION_CANCELLED = The subscription of { $account } is cancelled
    .lead = The subscription of { $account } is cancelled. Whoever holds a license keeps it { until_date }; nobody new gets one.
    .more = If you would like to go on, log in and choose a plan. No data are lost.
    .foot = You get this e-mail because you are the billing contact of { $account }.

SUBSCRIPTION_ENDED = The subscription of { $account } has ended
    .lead = The subscription of { $account } has ended, and the licenses with it.
    .more = If you would like to go on, log in and choose a plan. No data are lost.
    .foot = You get this e-mail because you are the billing contact of { $account }.

TRIAL_ENDING = The trial of { $account } ends { on_date }
    .lead = The trial of { $account } ends { on_date }. { $amount_known ->
        [yes] It goes on as a paid subscription; the first invoice will be { money }.
       *[no] The licenses end with it, unless you choose a plan before then.
    }
    .more = Log in to see the plans and to change what you have.
    .foot = You get this e-mail because you are the billing contact of { $account }.

SEATS_DECREASING = { $account } will have fewer licenses
    .lead = { $account } will have fewer licenses { on_date }. Until then nobody new gets one that would not be there afterwards.
    .more = If more are held by then, nobody loses theirs, but nobody new gets one until there are enough again.
    .seats = The licenses from then on
    .row = { $product }: { $seats } instead of { $present }
    .foot = You get this e-mail because you are the billing contact of { $account }.

SEATS_OVER_LIMIT = More licenses are held in { $account } than there are
    .lead = More licenses are held in { $account } than its subscription gives. Nobody loses theirs, but nobody new gets one until there are enough again.
    .more = Log in to release licenses that are not needed, or to add some.
    .seats = Licenses held
    .row = { $product }: { $present } of { $seats }
    .foot = You get this e-mail because you are the billing contact of { $account }.
