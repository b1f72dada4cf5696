package awslambda

import (
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/function"
)

// Start serves parts of a service until Lambda ends the process. A configuration or an environment that
// cannot be right ends the process at once, with a log line that names the field or the variable.
func Start(c scimstack.Config, parts ...scimstack.Part) {
	function.Main(func(env function.Config) (lambda.Handler, error) { return serve(env, c, parts) })
}

// Handler is Start for a program that calls lambda.Start itself. It reads the environment.
func Handler(c scimstack.Config, parts ...scimstack.Part) (lambda.Handler, error) {
	env, err := function.FromEnv(os.Getenv)
	if err != nil {
		return nil, err
	}
	return serve(env, c, parts)
}

func serve(env function.Config, c scimstack.Config, parts []scimstack.Part) (lambda.Handler, error) {
	if len(parts) == 0 {
		return nil, errors.New("awslambda: no part of the service is named; add scimstack.All(), or the parts that this function serves")
	}
	return env.HTTP(os.Stdout, c, parts...)
}

// StartStream processes the stream of the table until Lambda ends the process. It maintains the counters
// and finishes what interrupted requests left. Of the configuration it uses Logger: the requests have
// called the hooks.
func StartStream(c scimstack.Config) {
	function.Main(func(env function.Config) (lambda.Handler, error) { return env.Stream(os.Stdout, c.Logger) })
}

// Stream is StartStream for a program that calls lambda.Start itself. It reads the environment.
func Stream(c scimstack.Config) (lambda.Handler, error) {
	env, err := function.FromEnv(os.Getenv)
	if err != nil {
		return nil, err
	}
	return env.Stream(os.Stdout, c.Logger)
}
