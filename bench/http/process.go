package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc: 1/USER_HZ, which is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// family are a process and its children, and theirs.
func family(pid int) []int {
	list := []int{pid}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // a thread has a file of its own
	for _, file := range files {
		children, _ := os.ReadFile(file)
		for _, child := range strings.Fields(string(children)) {
			if n, err := strconv.Atoi(child); err == nil {
				list = append(list, family(n)...)
			}
		}
	}
	return list
}

// used is the processor time that a server and its children have taken, in their own code and in the kernel.
func (s *server) used() (sum time.Duration) {
	for _, pid := range family(s.cmd.Process.Pid) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // it has just ended: its parent has its time
		}
		_, rest, _ := strings.Cut(string(stat), ") ") // the name before it may have spaces
		fields := strings.Fields(rest)                // from field 3 on
		for _, at := range []int{14, 15, 16, 17} {    // utime, stime, and those of children that have ended
			n, _ := strconv.ParseInt(fields[at-3], 10, 64)
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

// resident is the memory of a server and its children in MB.
func (s *server) resident() (mb int) {
	for _, pid := range family(s.cmd.Process.Pid) {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		_, rest, _ := strings.Cut(string(status), "VmRSS:")
		if fields := strings.Fields(rest); len(fields) > 0 {
			kb, _ := strconv.Atoi(fields[0])
			mb += kb / 1024
		}
	}
	return mb
}
