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
