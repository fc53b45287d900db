# Spanish, with usted.

## What every mail may have

greeting = { $reader_known ->
    [yes] Hola, { $given_name }:
   *[no] Hola:
}
link_note = El enlace es solo para usted y funciona hasta el { expire_time }.
link_help = Si el botón no funciona, copie esta dirección en su navegador{ colon }
guide = Primeros pasos
colon = :
expire_time = { weekday }, { $day } de { month } de { $year }, a las { $time } (UTC)
on_date = el { $day } de { month } de { $year }
until_date = hasta el { $day } de { month } de { $year }
money = { $amount }{"\u00A0"}{ $currency }
group_mark = .
decimal_mark = ,
grouped_from = 5
weekday = { $weekday ->
    [1] lunes
    [2] martes
    [3] miércoles
    [4] jueves
    [5] viernes
    [6] sábado
   *[7] domingo
}
month = { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
}

## The mails

WELCOME = { $person_known ->
    [yes] { $person } le invita a unirse a { $account }
   *[no] Su invitación para unirse a { $account }
}
    .heading = Le damos la bienvenida a { $account }
    .lead = { $person_known ->
        [yes] { $person } le invita a unirse a { $account }.
       *[no] Ha recibido una invitación para unirse a { $account }.
    } Para empezar, acepte la invitación y elija su contraseña.
    .button = Aceptar la invitación
    .products = Sus productos en { $account }
    .foot = Si no conoce { $account }, ignore este correo: no ocurrirá nada mientras no acepte la invitación.

TRANSFER = { $person_known ->
    [yes] { $person } le invita a cambiarse a { $account }
   *[no] Su invitación para cambiarse a { $account }
}
    .heading = ¿Cambiarse a { $account }?
    .lead = { $person_known ->
        [yes] { $person } le invita a cambiarse a la cuenta { $account }.
       *[no] Ha recibido una invitación para cambiarse a la cuenta { $account }.
    }
    .more = Su dirección de correo ya pertenece a otra cuenta. Seguirá en ella, y nada cambiará, mientras no acepte la invitación. Si la acepta, dejará esa cuenta, perderá el rol y las licencias que tiene en ella y pasará a formar parte de { $account }.
    .button = Ver la invitación
    .products = Sus productos en { $account }
    .foot = Si no desea cambiarse, ignore este correo.

SIGN_UP = Termine de crear la cuenta { $account }
    .lead = Gracias por registrarse. Confirme que esta dirección es suya y elija una contraseña; con eso quedará creada la cuenta { $account }.
    .button = Crear la cuenta
    .foot = Si usted no se ha registrado, ignore este correo: no se creará ninguna cuenta mientras no se use el enlace.

SIGN_UP_KNOWN = Ya tiene una cuenta
    .lead = Alguien, quizá usted, ha intentado registrarse con esta dirección de correo. La dirección ya pertenece a la cuenta { $account }, por lo que no se ha creado ninguna otra.
    .more = Inicie sesión con esta dirección y su contraseña. Si la ha olvidado, pida una nueva en la página de inicio de sesión. Si ha recibido una invitación y aún no ha respondido, use el enlace que contiene o pida a la administración de { $account } que se la envíe de nuevo.
    .foot = Si no ha sido usted, no tiene que hacer nada: quien lo haya intentado no ha averiguado nada sobre usted.

PASSWORD_RESET = Elija una contraseña nueva
    .lead = Alguien, quizá usted, ha pedido una contraseña nueva para su acceso a { $account }.
    .button = Elegir una contraseña nueva
    .foot = Si no ha sido usted, ignore este correo: su contraseña sigue siendo la misma.

PASSWORD_CHANGED = Se ha cambiado su contraseña
    .lead = Se ha cambiado la contraseña de su acceso a { $account } y se han cerrado todas sus demás sesiones.
    .foot = Si no ha sido usted, pida de inmediato una contraseña nueva en la página de inicio de sesión y avise a la administración de { $account }.

TRANSFER_JOINED = { $person } se ha unido a { $account }
    .lead = { $person } ha aceptado la invitación para cambiarse a { $account } y ya forma parte de la cuenta.
    .foot = Recibe este correo porque usted administra { $account }.

TRANSFER_LEFT = { $person } ha dejado { $account }
    .lead = { $person } ha aceptado la invitación de otra cuenta y ya no forma parte de { $account }. Sus licencias vuelven a estar libres.
    .foot = Recibe este correo porque usted administra { $account }.

TRANSFER_DECLINED = { $person } no se cambia a { $account }
    .lead = { $person } ha rechazado la invitación para cambiarse a { $account } y sigue en otra cuenta. Las licencias reservadas para el cambio vuelven a estar libres.
    .foot = Recibe este correo porque usted administra { $account }.

TRANSFER_STAYED = Usted no se cambia a { $account }
    .lead = Se ha rechazado la invitación para cambiarse a la cuenta { $account }. Usted sigue en su cuenta, y en ella no ha cambiado nada.
    .foot = Si no la ha rechazado usted, pida a la administración de { $account } que le invite de nuevo.

BILLING_CONTACT_OFFERED = ¿Quiere ser el contacto de facturación de { $account }?
    .lead = { $person } desea que usted sea el contacto de facturación de { $account }. Solo el contacto de facturación puede cambiar la suscripción y los datos de facturación.
    .more = Inicie sesión para aceptar o rechazar. Nada cambiará mientras no acepte.
    .foot = Recibe este correo porque forma parte de { $account }.

BILLING_CONTACT_CHANGED = { $person } es ahora el contacto de facturación de { $account }
    .lead = { $person } ha pasado a ser el contacto de facturación de { $account }. Solo el contacto de facturación puede cambiar la suscripción y los datos de facturación.
    .foot = Recibe este correo porque usted es el contacto de facturación o lo ha sido hasta ahora.

ACCOUNT_CLOSED = La cuenta { $account } se ha cerrado
    .lead = { $person_known ->
        [yes] { $person } ha cerrado la cuenta { $account }.
       *[no] La cuenta { $account } se ha cerrado.
    } Ya nadie puede iniciar sesión en ella, su suscripción ha terminado y su dirección de correo queda libre para otra cuenta.
    .foot = Gracias por haber usado Usher.

INVOICE_ISSUED = Factura { $number } de { $account }
    .lead = Se ha emitido la factura { $number } de { $account }. { $amount_known ->
        [yes] Importe a pagar: { money }.
       *[no] No queda nada por pagar.
    }
    .more = Inicie sesión para verla y descargarla.
    .foot = Recibe este correo porque las facturas de { $account } se envían a esta dirección.

CREDIT_NOTE_ISSUED = Factura rectificativa { $number } de { $account }
    .lead = Se ha emitido la factura rectificativa { $number } de { $account }. { $amount_known ->
        [yes] Se han abonado { money } al saldo de la cuenta, que se usará primero para lo próximo que haya que pagar.
       *[no] Anula una factura que no se había pagado: ya no se debe nada por ella.
    }
    .more = Inicie sesión para verla y descargarla.
    .foot = Recibe este correo porque las facturas de { $account } se envían a esta dirección.

PAYMENT_FAILED = La factura { $number } de { $account } no está pagada
    .lead = El pago de { money } de la factura { $number } de { $account } ha fallado o se ha retrasado. { $date_known ->
        [yes] Se solicitará de nuevo { on_date }.
       *[no] Este ha sido el último intento.
    }
    .more = Inicie sesión para revisar el método de pago. Si la factura sigue sin pagarse, no se podrán asignar más licencias y, tras un plazo de gracia, la suscripción terminará.
    .foot = Recibe este correo porque usted es el contacto de facturación de { $account }.

SUBSCRIPTION_GRACE = La suscripción de { $account } no está pagada
    .lead = La suscripción de { $account } no se ha pagado a pesar de varias solicitudes. Quien tiene una licencia la conserva { until_date }; no se asignan más.
    .more = Si las facturas abiertas se pagan antes, todo seguirá como hasta ahora. De lo contrario, la suscripción terminará y, con ella, las licencias. No se perderá ningún dato.
    .foot = Recibe este correo porque usted es el contacto de facturación de { $account }.

SUBSCRIPTION_CANCELLED = La suscripción de { $account } está cancelada
    .lead = La suscripción de { $account } está cancelada. Quien tiene una licencia la conserva { until_date }; no se asignan más.
    .more = Si desea continuar, inicie sesión y elija un plan. No se perderá ningún dato.
    .foot = Recibe este correo porque usted es el contacto de facturación de { $account }.

SUBSCRIPTION_ENDED = La suscripción de { $account } ha terminado
    .lead = La suscripción de { $account } ha terminado y, con ella, las licencias.
    .more = Si desea continuar, inicie sesión y elija un plan. No se ha perdido ningún dato.
    .foot = Recibe este correo porque usted es el contacto de facturación de { $account }.

TRIAL_ENDING = La prueba de { $account } termina { on_date }
    .lead = La prueba de { $account } termina { on_date }. { $amount_known ->
        [yes] Continuará como suscripción de pago; la primera factura será de { money }.
       *[no] Con ella terminarán las licencias, salvo que antes elija un plan.
    }
    .more = Inicie sesión para ver los planes y cambiar lo que tiene.
    .foot = Recibe este correo porque usted es el contacto de facturación de { $account }.

SEATS_DECREASING = { $account } tendrá menos licencias
    .lead = { $account } tendrá menos licencias { on_date }. Hasta entonces no se asignará ninguna que después ya no exista.
    .more = Si para entonces hay más asignadas, nadie perderá la suya, pero no se asignarán más hasta que vuelva a haber suficientes.
    .seats = Las licencias a partir de ese día
    .row = { $product }: { $seats } en lugar de { $present }
    .foot = Recibe este correo porque usted es el contacto de facturación de { $account }.

SEATS_OVER_LIMIT = En { $account } hay más licencias asignadas de las que tiene
    .lead = En { $account } hay más licencias asignadas de las que incluye su suscripción. Nadie pierde la suya, pero no se asignarán más hasta que vuelva a haber suficientes.
    .more = Inicie sesión para liberar las licencias que no se necesitan o para añadir más.
    .seats = Licencias asignadas
    .row = { $product }: { $present } de { $seats }
    .foot = Recibe este correo porque usted es el contacto de facturación de { $account }.
