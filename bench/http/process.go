package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc: 1/USER_HZ, which is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// used is the processor time that a server has taken, in its own code and in the kernel.
func (s *server) used() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before it may have spaces
	fields := strings.Fields(rest)                // from field 3 on
	var sum time.Duration
	for _, at := range []int{14 - 3, 15 - 3} { // utime, stime
		n, _ := strconv.ParseInt(fields[at], 10, 64)
		sum += time.Duration(n) * tick
	}
	return sum
}

// resident is the memory of a server in MB.
func (s *server) resident() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.Atoi(fields[0])
	return kb / 1024
}
