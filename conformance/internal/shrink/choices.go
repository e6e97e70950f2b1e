package shrink

import "slices"

// calm tries the run without chance, then without the recorded choices, then with the first of them only.
func (m *minimizer) calm() {
	if m.best.Calm() {
		return
	}
	c := m.best
	c.Choices, c.Seed = nil, 0
	if m.try(c) {
		return
	}
	c.Seed = m.best.Seed
	if m.try(c) {
		return
	}
	c = m.best
	c.Seed = 0
	m.try(c)
	for {
		c = m.best
		c.Choices = c.Choices[:len(c.Choices)/2]
		if len(c.Choices) == 0 || !m.try(c) {
			return
		}
	}
}

// choices makes as many choices as possible the calm ones, in blocks that become smaller.
func (m *minimizer) choices() {
	m.best.Choices = withoutCalmEnd(m.best.Choices)
	for size := len(m.best.Choices); size > 0; size /= 2 {
		for from := 0; from < len(m.best.Choices); from += size {
			c := m.best
			c.Choices = slices.Clone(c.Choices)
			block := c.Choices[from:min(from+size, len(c.Choices))]
			if !slices.ContainsFunc(block, func(choice int) bool { return choice != 0 }) {
				continue
			}
			for i := range block {
				block[i] = 0
			}
			c.Choices = withoutCalmEnd(c.Choices)
			m.try(c)
		}
	}
}

// withoutCalmEnd leaves calm choices at the end out: what follows the last choice is calm anyway.
func withoutCalmEnd(choices []int) []int {
	for len(choices) > 0 && choices[len(choices)-1] == 0 {
		choices = choices[:len(choices)-1]
	}
	if len(choices) == 0 {
		return nil
	}
	return choices
}
