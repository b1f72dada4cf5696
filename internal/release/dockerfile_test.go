package release

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// image is what the Dockerfile says.
type image struct {
	copies  [][2]string // from the repository, to the image
	env     []string
	user    string
	workdir string
	command []string // ENTRYPOINT and CMD
	check   []string // of HEALTHCHECK
}

// readImage reads the instructions that the Dockerfile uses, in the forms that it uses.
func readImage(t *testing.T) image {
	t.Helper()
	var m image
	for _, line := range strings.Split(read(t, "Dockerfile"), "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "", "#", "VOLUME", "EXPOSE":
		case "FROM":
			if rest != "scratch" {
				t.Errorf("the base is %s", rest)
			}
		case "COPY":
			from := strings.Fields(rest)
			if strings.HasPrefix(from[0], "--") {
				from = from[1:]
			}
			for _, f := range from[:len(from)-1] {
				m.copies = append(m.copies, [2]string{f, from[len(from)-1]})
			}
		case "ENV":
			m.env = strings.Fields(rest)
		case "USER":
			m.user = rest
		case "WORKDIR":
			m.workdir = rest
		case "ENTRYPOINT", "CMD":
			m.command = append(m.command, list(t, rest)...)
		case "HEALTHCHECK":
			_, rest, _ := strings.Cut(rest, "CMD ")
			m.check = list(t, rest)
		default:
			if !strings.HasPrefix(word, "#") {
				t.Errorf("unknown instruction: %s", line)
			}
		}
	}
	return m
}

func list(t *testing.T, text string) (words []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &words); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return words
}

// TestDockerfile: the image is made of files that are in the repository, but for the program, runs without root, and has a
// health check of its own. The context of a build has what the image needs, and so has the release.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	m := readImage(t)
	if strings.Join(m.command, " ") != "/scimstack serve" || strings.Join(m.check, " ") != "/scimstack ready" || m.user != "65532:65532" {
		t.Errorf("%+v", m)
	}
	ignored, release := read(t, ".dockerignore"), read(t, ".goreleaser.yaml")
	for _, c := range m.copies {
		if c[0] == "scimstack" {
			continue
		}
		if _, err := os.Stat(filepath.Join(top, c[0])); err != nil {
			t.Error(err)
		}
		name := strings.TrimSuffix(strings.TrimSuffix(c[0], "/data"), "/etc")
		if !strings.Contains(ignored, "!"+name+"\n") || !strings.Contains(release, name) {
			t.Errorf("%s is in .dockerignore or not in .goreleaser.yaml", name)
		}
	}
}
