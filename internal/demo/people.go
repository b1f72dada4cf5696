package demo

import (
	"fmt"
	"math/rand/v2"
)

// person is a user in the directory of the identity provider.
type person struct {
	id         string // on the server; "" until created
	userName   string
	sent       bool // it was not there, and was then sent: a user of this name is of this run
	given      string
	family     string
	department string
	external   string // id in the directory
	active     bool
}

func (p *person) display() string { return p.given + " " + p.family }

// group is a group of the directory.
type group struct {
	id       string
	name     string
	external string
	members  []*person
}

func (g *group) without(p *person) {
	for i, m := range g.members {
		if m == p {
			g.members = append(g.members[:i:i], g.members[i+1:]...)
			return
		}
	}
}

const (
	peopleCount = 25
	groupCount  = 4
)

var (
	givenNames  = []string{"Ada", "Ben", "Chidi", "Dana", "Elif", "Femi", "Grace", "Hana", "Ivo", "Juno", "Kofi", "Lea", "Mira", "Nils", "Olu", "Pia"}
	familyNames = []string{"Abara", "Berg", "Costa", "Dietz", "Eriksen", "Fontaine", "García", "Holm", "Ito", "Jensen", "Kaya", "Lindqvist", "Müller", "O'Neill", "Petrov", "Quist"}
	departments = []string{"Engineering", "Sales", "Support", "Finance"}
)

// directory returns the people and groups of a seed. Their names contain the seed and the identity
// provider, so they do not clash with those of other runs on the same server.
func directory(idp string, seed uint64) ([]*person, []*group) {
	r := rand.New(rand.NewPCG(seed, uint64(len(idp))<<8+uint64(idp[0])))
	people := make([]*person, peopleCount)
	groups := make([]*group, groupCount)
	for i := range groups {
		groups[i] = &group{name: fmt.Sprintf("%s %s %d", departments[i], idp, seed), external: externalID(r)}
	}
	for i := range people {
		team := r.IntN(groupCount)
		p := &person{
			given: givenNames[r.IntN(len(givenNames))], family: familyNames[r.IntN(len(familyNames))],
			department: departments[team], external: externalID(r), active: true,
		}
		p.userName = fmt.Sprintf("%s%02d.%s.%d@demo.example", string(p.given[0]|0x20), i+1, idp, seed)
		groups[team].members = append(groups[team].members, p)
		people[i] = p
	}
	return people, groups
}

func externalID(r *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", r.Uint32(), r.Uint32()&0xffff, r.Uint32()&0xfff, r.Uint32()&0xfff, r.Uint64()&0xffffffffffff)
}
