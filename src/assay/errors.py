"""The errors that reach a user, drawn first.

AssayError                   exit  http
  UsageError                 2     400   what was given is wrong
    ConfigError                          a setting
    PromptError                          a prompt file and its use disagree
    ProblemError                         a problem, a tests file, a checker
    ContextLengthExceeded                the statement does not fit the model
  BudgetExhausted            never leaves `solve`
  EnvironmentFault           3     503   this computer or a service is at fault
    ModelUnavailable                     no model file, engine down, endpoint down
      MissingRecording                   replay-only, and the store has no such call
    DownloadError                        a model could not be fetched whole
    JudgeUnavailable                     no sandbox, or the sandbox failed
      ToolchainMissing                   a language that cannot be judged here

A message says what happened with the value, the limit it met, and what to do.
"""

from __future__ import annotations


class AssayError(Exception):
    """Base of every error that a door prints in one line, without a traceback."""

    exit_code = 1
    http_status = 500


class UsageError(AssayError):
    """What the user gave is wrong; doing it again will not help."""

    exit_code = 2
    http_status = 400


class ConfigError(UsageError):
    """A setting is unknown or has a wrong value."""


class PromptError(UsageError):
    """A prompt file and the place that fills it disagree."""


class ProblemError(UsageError):
    """A problem, its tests or its checker cannot be read."""


class ContextLengthExceeded(UsageError):
    """The prompt and the room for an answer do not fit the model's context."""


class BudgetExhausted(AssayError):
    """A call may need more than is left. Caught in `solve`, and only there."""


class EnvironmentFault(AssayError):
    """The computer, or a service it depends on, cannot do what was asked."""

    exit_code = 3
    http_status = 503


class ModelUnavailable(EnvironmentFault):
    """No answer came from the model, and trying again will not bring one."""


class MissingRecording(ModelUnavailable):
    """Replay only was asked for, and the store has no such call."""


class DownloadError(EnvironmentFault):
    """A model file could not be fetched whole and unchanged."""


class JudgeUnavailable(EnvironmentFault):
    """No sandbox can be made here, or the one that was made failed."""


class ToolchainMissing(JudgeUnavailable):
    """The programs of a language are not here; what is written in others can run."""
