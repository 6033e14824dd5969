// The containers of a job: from YARN, or as processes of this machine.
#pragma once

#include <memory>

#include "cluster/container_source.h"
#include "fs/file_systems.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "roles/master.h"

namespace howdah::roles {

Result<std::unique_ptr<cluster::ContainerSource>> open_container_source(
    const MasterSetting& setting, const JobFolder& folder,
    const hadoop::Configuration& configuration, const hadoop::Credentials& credentials,
    int control_port, int max_workers);

}  // namespace howdah::roles
