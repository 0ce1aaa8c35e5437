"""The one task that django-tasks knows: run the job with this id. It has no lease, so it carries nothing else."""

from django_tasks import task


@task()
def run_job(job_id: int) -> bool:
    """Run a job in a worker process; False when it has ended or another worker has it."""
    from srm.jobs import services

    return services.run(job_id)
