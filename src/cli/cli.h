/* The commands of the winnow program. Each gets its own arguments (argv[0] is the command) and returns the exit status. */
#ifndef WINNOW_CLI_CLI_H
#define WINNOW_CLI_CLI_H

#define EXIT_USAGE 2

int scan_command(int argc, char **argv);
int config_command(int argc, char **argv);
int rules_command(int argc, char **argv);
int evaluate_command(int argc, char **argv);
int dkim_command(int argc, char **argv);
int lists_command(int argc, char **argv);

#endif
