package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// cobra marks flags that belong together with these. Its own messages speak of groups and sets.
const (
	requiredFlag  = cobra.BashCompOneRequiredFlag
	exclusiveFlag = "cobra_annotation_mutually_exclusive"
	oneNeededFlag = "cobra_annotation_one_required"
)

// flagGroups refuses flags that a command needs and does not have, and flags that exclude each other.
func flagGroups(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if err != nil {
			return
		}
		if f.Annotations[requiredFlag] != nil && !f.Changed {
			err = usagef("--%s is missing; %s needs it", f.Name, cmd.CommandPath())
		}
		for _, group := range f.Annotations[exclusiveFlag] {
			if set := setFlags(cmd, group); len(set) > 1 {
				err = usagef("%s exclude each other; leave one of them out", strings.Join(set, " and "))
			}
		}
		for _, group := range f.Annotations[oneNeededFlag] {
			if len(setFlags(cmd, group)) == 0 {
				err = usagef("%s needs --%s", cmd.CommandPath(), strings.ReplaceAll(group, " ", " or --"))
			}
		}
	})
	return err
}

// setFlags are those of a group that the command line has.
func setFlags(cmd *cobra.Command, group string) (set []string) {
	for name := range strings.FieldsSeq(group) {
		if cmd.Flags().Changed(name) {
			set = append(set, "--"+name)
		}
	}
	return set
}
