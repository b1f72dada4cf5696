package guide

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	redirected = regexp.MustCompile(`>>?\s*([^\s&>|;]+)`)
	killed     = regexp.MustCompile(`(^|[;&|])\s*kill\b`)
	waited     = regexp.MustCompile(`(^|[;&|])\s*wait\b`)
)

// checkJobs finds pages that start one program after another and may take the one for the other: a loop that waits for
// a file finds what an earlier job wrote, and a port is taken until the job that was killed has ended.
func checkJobs(blocks []Block) error {
	files, ending := map[string]bool{}, false
	for _, b := range blocks {
		if b.Lang != "sh" || !b.Runs() {
			continue
		}
		for line := range strings.Lines(strings.ReplaceAll(b.Body, "\\\n", " ")) {
			ending = (ending || killed.MatchString(line)) && !waited.MatchString(line)
			command, job := strings.CutSuffix(strings.TrimSpace(line), "&")
			if !job || strings.HasSuffix(command, "&") {
				continue
			}
			if ending {
				return fmt.Errorf("line %d: wait for the job that is killed before another starts", b.Line)
			}
			for _, m := range redirected.FindAllStringSubmatch(command, -1) {
				if m[1] != "/dev/null" && files[m[1]] {
					return fmt.Errorf("line %d: a job writes the file %s of an earlier one: use another name", b.Line, m[1])
				}
				files[m[1]] = true
			}
		}
	}
	return nil
}
