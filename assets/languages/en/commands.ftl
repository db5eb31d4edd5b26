### The English words of commands stand where each command is declared, in src/command;
### docs/keys.md lists them with their names. Other languages say them here, as
###
###     command-open-folder = words on its button and in its menu
###         .help = one sentence more
