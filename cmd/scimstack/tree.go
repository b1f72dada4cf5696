package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// govern makes a whole tree of commands keep the same rules: a mistake on the command line is
// a usageError, found before the command does anything, and a typing error is answered with the nearest right word.
func govern(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.SetFlagErrorFunc(flagMistake)
	walk(root, func(cmd *cobra.Command) {
		lenient(cmd.Flags())
		lenient(cmd.PersistentFlags())
		complete(cmd)
		args := cmd.Args
		switch {
		case cmd.Name() == "help" && cmd.Parent() == root:
			args = func(_ *cobra.Command, args []string) error { return knownTopic(root, args) }
		case cmd.HasSubCommands():
			args = knownCommand
			if !cmd.Runnable() {
				cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
			}
		case args == nil:
			args = cobra.ArbitraryArgs
		}
		cmd.Args = func(cmd *cobra.Command, given []string) error {
			if err := args(cmd, given); err != nil {
				return usage(countMistake(cmd, err))
			}
			// cobra checks these too, but as errors that look like failures of the command, and with the words of its own code
			if err := flagGroups(cmd); err != nil {
				return err
			}
			if err := checkValues(cmd, given); err != nil {
				return err
			}
			misspelt(cmd, os.Environ())
			return nil
		}
	})
}

// walk calls visit for a command and all below it.
func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, c := range cmd.Commands() {
		walk(c, visit)
	}
}

// countMistake says which arguments a command takes.
func countMistake(cmd *cobra.Command, err error) error {
	var known usageError
	if errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("%w; the usage is: %s", err, cmd.UseLine())
}

// knownCommand refuses what is no command of a group.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
			names = append(names, c.Aliases...)
		}
	}
	return unknownValue("command", args[0], names)
}

// knownTopic refuses to help with what is no command.
func knownTopic(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if cmd.HasSubCommands() {
		return knownCommand(cmd, rest)
	}
	return nil
}

// flagMistake is the error of flags that cannot be read. Flags after a word that is no command are those of the command that
// was meant.
func flagMistake(cmd *cobra.Command, err error) error {
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
		return knownCommand(cmd, words)
	}
	var absent *pflag.NotExistError
	if errors.As(err, &absent) && len(absent.GetSpecifiedName()) > 1 {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Deprecated == "" {
				names = append(names, f.Name)
			}
		})
		if near := nearest(absent.GetSpecifiedName(), names); near != "" {
			return usagef("%s has no flag --%s; did you mean --%s?", cmd.CommandPath(), absent.GetSpecifiedName(), near)
		}
		return usagef("%s has no flag --%s; %s --help lists its flags", cmd.CommandPath(), absent.GetSpecifiedName(), cmd.CommandPath())
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		flag, reason := invalid.GetFlag(), err.Error()
		switch known := (usageError{}); {
		case errors.As(err, &known):
			reason = known.Error()
		case flag.Value.Type() == "bool":
			reason = fmt.Sprintf("%q is neither true nor false", invalid.GetValue())
		case strings.Contains(flag.Value.Type(), "int"):
			reason = fmt.Sprintf("%q is not a whole number that it can have", invalid.GetValue())
		}
		return usagef("--%s: %s", flag.Name, reason)
	}
	return usage(err)
}

// usageHint names the help of the command that was meant.
func usageHint(cmd *cobra.Command) string {
	return fmt.Sprintf("%s --help shows the usage", strings.TrimSpace(cmd.CommandPath()))
}
