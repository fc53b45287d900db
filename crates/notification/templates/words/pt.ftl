# Portuguese, in words that are at home on both sides of the Atlantic: the verb without "você" or "o senhor".

## What every mail may have

greeting = { $reader_known ->
    [yes] Olá, { $given_name }!
   *[no] Olá!
}
link_note = Este link é pessoal e funciona até { expire_time }.
link_help = Se o botão não funcionar, copie este endereço para o seu navegador{ colon }
guide = Primeiros passos
colon = :
expire_time = { weekday }, { $day } de { month } de { $year }, às { $time } (UTC)
on_date = em { $day } de { month } de { $year }
until_date = até { $day } de { month } de { $year }
money = { $amount }{"\u00A0"}{ $currency }
group_mark = .
decimal_mark = ,
grouped_from = 4
weekday = { $weekday ->
    [1] segunda-feira
    [2] terça-feira
    [3] quarta-feira
    [4] quinta-feira
    [5] sexta-feira
    [6] sábado
   *[7] domingo
}
month = { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
}

## The mails

WELCOME = { $person_known ->
    [yes] Convite de { $person } para { $account }
   *[no] O seu convite para { $account }
}
    .heading = Boas-vindas a { $account }
    .lead = { $person_known ->
        [yes] { $person } enviou-lhe um convite para fazer parte de { $account }.
       *[no] Recebeu um convite para fazer parte de { $account }.
    } Para começar, aceite o convite e escolha a sua senha.
    .button = Aceitar o convite
    .products = Os seus produtos em { $account }
    .foot = Se não conhece { $account }, ignore este e-mail: nada acontece enquanto não aceitar o convite.

TRANSFER = { $person_known ->
    [yes] Convite de { $person } para mudar para { $account }
   *[no] O seu convite para mudar para { $account }
}
    .heading = Mudar para { $account }?
    .lead = { $person_known ->
        [yes] { $person } enviou-lhe um convite para mudar para a conta { $account }.
       *[no] Recebeu um convite para mudar para a conta { $account }.
    }
    .more = O seu endereço de e-mail já pertence a outra conta. Continuará nela, e nada muda, enquanto não aceitar o convite. Se o aceitar, deixará essa conta, perderá a função e as licenças que nela tem e passará a fazer parte de { $account }.
    .button = Ver o convite
    .products = Os seus produtos em { $account }
    .foot = Se não quiser mudar, ignore este e-mail.

SIGN_UP = Conclua a criação da conta { $account }
    .lead = Agradecemos a sua inscrição. Confirme que este endereço é seu e escolha uma senha: a conta { $account } será então criada.
    .button = Criar a conta
    .foot = Se a inscrição não foi sua, ignore este e-mail: nenhuma conta é criada enquanto o link não for usado.

SIGN_UP_KNOWN = Já tem uma conta
    .lead = Foi feita uma tentativa de inscrição com este endereço de e-mail. O endereço já pertence à conta { $account }, por isso não foi criada outra.
    .more = Se a tentativa foi sua, inicie sessão com este endereço e a sua senha. Se esqueceu a senha, peça uma nova na página de início de sessão. Se recebeu um convite e ainda não respondeu, use o link do convite ou peça à administração de { $account } que o envie novamente.
    .foot = Se a tentativa não foi sua, não é preciso fazer nada: quem a fez não descobriu nada a seu respeito.

PASSWORD_RESET = Escolha uma nova senha
    .lead = Foi pedida uma nova senha para o seu acesso a { $account }.
    .button = Escolher uma nova senha
    .foot = Se não fez este pedido, ignore este e-mail: a sua senha continua a mesma.

PASSWORD_CHANGED = A sua senha foi alterada
    .lead = A senha do seu acesso a { $account } foi alterada, e todas as suas outras sessões foram encerradas.
    .foot = Se não fez esta alteração, peça imediatamente uma nova senha na página de início de sessão e avise a administração de { $account }.

TRANSFER_JOINED = { $person } agora faz parte de { $account }
    .lead = { $person } aceitou o convite para mudar para { $account } e agora faz parte da conta.
    .foot = Recebe este e-mail porque administra { $account }.

TRANSFER_LEFT = { $person } deixou { $account }
    .lead = { $person } aceitou o convite de outra conta e já não faz parte de { $account }. As suas licenças estão novamente livres.
    .foot = Recebe este e-mail porque administra { $account }.

TRANSFER_DECLINED = { $person } não muda para { $account }
    .lead = { $person } recusou o convite para mudar para { $account } e continua noutra conta. As licenças reservadas para a mudança estão novamente livres.
    .foot = Recebe este e-mail porque administra { $account }.

TRANSFER_STAYED = Não muda para { $account }
    .lead = O convite para mudar para a conta { $account } foi recusado. Continua na sua conta, onde nada mudou.
    .foot = Se a recusa não partiu de si, peça à administração de { $account } que lhe envie um novo convite.

BILLING_CONTACT_OFFERED = Quer ser responsável pelas faturas de { $account }?
    .lead = { $person } quer passar-lhe a responsabilidade pelas faturas de { $account }. Só a pessoa responsável pelas faturas pode alterar a assinatura e os dados de pagamento.
    .more = Inicie sessão para aceitar ou recusar. Nada muda enquanto não aceitar.
    .foot = Recebe este e-mail porque faz parte de { $account }.

BILLING_CONTACT_CHANGED = { $person } é agora responsável pelas faturas de { $account }
    .lead = { $person } assumiu a responsabilidade pelas faturas de { $account }. Só a pessoa responsável pelas faturas pode alterar a assinatura e os dados de pagamento.
    .foot = Recebe este e-mail porque esta responsabilidade é sua, ou era até agora.

ACCOUNT_CLOSED = A conta { $account } foi encerrada
    .lead = { $person_known ->
        [yes] A conta { $account } foi encerrada por { $person }.
       *[no] A conta { $account } foi encerrada.
    } Deixou de ser possível iniciar sessão nela, a assinatura terminou e o seu endereço de e-mail está livre para outra conta.
    .foot = Agradecemos por ter usado o Usher.

INVOICE_ISSUED = Fatura { $number } de { $account }
    .lead = A fatura { $number } de { $account } foi emitida. { $amount_known ->
        [yes] A pagar: { money }.
       *[no] Não resta nada a pagar.
    }
    .more = Inicie sessão para a ver e descarregar.
    .foot = Recebe este e-mail porque as faturas de { $account } são enviadas para este endereço.

CREDIT_NOTE_ISSUED = Nota de crédito { $number } de { $account }
    .lead = A nota de crédito { $number } de { $account } foi emitida. { $amount_known ->
        [yes] O valor de { money } foi somado ao saldo da conta, que será usado primeiro para o que vier a seguir.
       *[no] Anula uma fatura que não foi paga: por ela, já nada é devido.
    }
    .more = Inicie sessão para a ver e descarregar.
    .foot = Recebe este e-mail porque as faturas de { $account } são enviadas para este endereço.

PAYMENT_FAILED = A fatura { $number } de { $account } não está paga
    .lead = O pagamento de { money } da fatura { $number } de { $account } falhou ou está atrasado. { $date_known ->
        [yes] Será pedido novamente { on_date }.
       *[no] Esta foi a última tentativa.
    }
    .more = Inicie sessão para verificar o meio de pagamento. Se a fatura continuar por pagar, não será possível atribuir mais licenças e, após um período de tolerância, a assinatura termina.
    .foot = Recebe este e-mail porque é responsável pelas faturas de { $account }.

SUBSCRIPTION_GRACE = A assinatura de { $account } não está paga
    .lead = A assinatura de { $account } não foi paga, apesar de vários pedidos. Quem tem uma licença mantém-na { until_date }; não são atribuídas outras.
    .more = Se as faturas em aberto forem pagas até lá, tudo continua como antes. Caso contrário, a assinatura termina e, com ela, as licenças. Nenhum dado se perde.
    .foot = Recebe este e-mail porque é responsável pelas faturas de { $account }.

SUBSCRIPTION_CANCELLED = A assinatura de { $account } está cancelada
    .lead = A assinatura de { $account } está cancelada. Quem tem uma licença mantém-na { until_date }; não são atribuídas outras.
    .more = Se quiser continuar, inicie sessão e escolha um plano. Nenhum dado se perde.
    .foot = Recebe este e-mail porque é responsável pelas faturas de { $account }.

SUBSCRIPTION_ENDED = A assinatura de { $account } terminou
    .lead = A assinatura de { $account } terminou e, com ela, as licenças.
    .more = Se quiser continuar, inicie sessão e escolha um plano. Nenhum dado se perdeu.
    .foot = Recebe este e-mail porque é responsável pelas faturas de { $account }.

TRIAL_ENDING = O teste de { $account } termina { on_date }
    .lead = O teste de { $account } termina { on_date }. { $amount_known ->
        [yes] Continua como assinatura paga; a primeira fatura será de { money }.
       *[no] Com ele terminam as licenças, a menos que antes escolha um plano.
    }
    .more = Inicie sessão para ver os planos e alterar o que tem.
    .foot = Recebe este e-mail porque é responsável pelas faturas de { $account }.

SEATS_DECREASING = { $account } terá menos licenças
    .lead = { $account } terá menos licenças { on_date }. Até lá, não é atribuída nenhuma licença que depois já não exista.
    .more = Se nessa altura houver mais licenças atribuídas, ninguém perde a sua, mas não são atribuídas outras até voltar a haver suficientes.
    .seats = As licenças a partir desse dia
    .row = { $product }: { $seats } em vez de { $present }
    .foot = Recebe este e-mail porque é responsável pelas faturas de { $account }.

SEATS_OVER_LIMIT = Em { $account } há mais licenças atribuídas do que as existentes
    .lead = Em { $account } há mais licenças atribuídas do que as incluídas na assinatura. Ninguém perde a sua, mas não são atribuídas outras até voltar a haver suficientes.
    .more = Inicie sessão para libertar as licenças que não são necessárias ou para acrescentar outras.
    .seats = Licenças atribuídas
    .row = { $product }: { $present } de { $seats }
    .foot = Recebe este e-mail porque é responsável pelas faturas de { $account }.
